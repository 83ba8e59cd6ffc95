using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>check</c>: a Nagios plugin.</summary>
internal sealed class CheckVerb(Settings settings)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    public Task<int> RunAsync(int? warning, int? critical) => Task.Run(() =>
    {
        var result = Check(warning, critical);
        Console.WriteLine(result.Line);
        return result.Code;
    });

    private CheckResult Check(int? warning, int? critical)
    {
        var daemon = settings.Daemon;
        try
        {
            if (!RunningDaemon.IsRunning(daemon))
            {
                return CheckResult.Critical("the daemon does not run");
            }

            return DaemonClient.TryGetStatus(daemon, AnswerLimit) is { } status && DaemonClient.TryGetJobs(daemon, AnswerLimit) is { } jobs
                ? CheckResult.Of(status, jobs, warning, critical, DateTimeOffset.Now)
                : CheckResult.Critical($"process {RunningDaemon.PidOf(daemon)} holds the daemon's lock, but does not answer within {AnswerLimit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return CheckResult.Unknown(e.Message);
        }
    }
}

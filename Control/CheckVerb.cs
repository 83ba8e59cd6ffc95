using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>check</c>: a Nagios plugin.</summary>
internal sealed class CheckVerb(Settings settings, string settingsPath)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    public async Task<int> RunAsync(CheckLimits limits)
    {
        var result = limits.Mistake is { } mistake ? CheckResult.Unknown(mistake) : await CheckAsync(limits);
        Console.WriteLine(result.Line);
        return result.Code;
    }

    private async Task<CheckResult> CheckAsync(CheckLimits limits)
    {
        var daemon = settings.Daemon;
        try
        {
            if (!RunningDaemon.IsRunning(daemon))
            {
                return CheckResult.Critical("the daemon does not run; start it with: autoreduction-ctl start, or systemctl start autoreduction");
            }

            var status = DaemonClient.TryGetStatus(daemon, AnswerLimit);
            if (status is null && RunningDaemon.IsStarting(daemon))
            {
                return CheckResult.Warning($"starting (pid {RunningDaemon.PidOf(daemon)})");
            }

            if (status is null || DaemonClient.TryGetJobs(daemon, AnswerLimit) is not { } jobs)
            {
                return CheckResult.Critical(RunningDaemon.WhySilent(daemon, settingsPath, AnswerLimit));
            }

            var (queue, problem) = await QueueAsync();
            return CheckResult.Of(new CheckFacts(status, jobs, queue, problem), limits, DateTimeOffset.Now);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return CheckResult.Unknown(e.Message);
        }
    }

    private async Task<(QueueLength? Queue, string? Problem)> QueueAsync()
    {
        try
        {
            return (settings.Broker.ManagementUris.Count > 0 ? await new BrokerManagement(settings).AskAsync() : null, null);
        }
        catch (ControlException e)
        {
            return (null, e.Message);
        }
    }
}

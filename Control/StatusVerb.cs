using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>status</c>, with the exit codes of the LSB.</summary>
internal sealed class StatusVerb(Settings settings, string settingsPath)
{
    private const int DeadWithPidFile = 1;
    private const int NotRunning = 3;

    /// <summary>The exit code of a daemon that nobody can tell the state of.</summary>
    public const int Unknown = 4;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public Task<int> RunAsync(bool json) => Task.Run(() => Run(json));

    private int Run(bool json)
    {
        try
        {
            return Look(json);
        }
        catch (Exception e) when (json && e is UnauthorizedAccessException or IOException)
        {
            // A script reads one place, whatever is the matter.
            return Say(json, new(StatusWord.Unknown, e.Message), Unknown);
        }
    }

    private int Look(bool json)
    {
        var daemon = settings.Daemon;
        if (!RunningDaemon.IsRunning(daemon))
        {
            var left = PidFile.TryRead(daemon.PidFile, out var problem);
            if (left is null && problem.Length == 0)
            {
                return Say(json, new(StatusWord.NotRunning, "not running"), NotRunning);
            }

            return Say(json, new(StatusWord.Dead, $"dead, but {daemon.PidFile} is left{(left is { } pid ? $" (pid {pid})" : "")}; start takes over"), DeadWithPidFile);
        }

        if (DaemonClient.TryGetStatus(daemon, AnswerLimit) is not { } status)
        {
            return RunningDaemon.IsStarting(daemon)
                ? Say(json, new(StatusWord.Starting, $"starting (pid {RunningDaemon.PidOf(daemon)})"), ExitCodes.Success)
                : Say(json, new(StatusWord.Unknown, RunningDaemon.WhySilent(daemon, settingsPath, AnswerLimit)), Unknown);
        }

        Console.WriteLine(json ? JsonSerializer.Serialize(status, ContractJson.Default.DaemonStatus) : Text(status));
        return ExitCodes.Success;
    }

    /// <summary>What a daemon that answers says of itself, in words.</summary>
    public static string Text(DaemonStatus status)
    {
        var lines = new List<string>
        {
            $"{(IsStopping(status) ? $"{status.State}; running" : status.State)} since {status.Since.ToLocalTime():yyyy-MM-ddTHH:mm:sszzz}, pid {status.Pid} on {status.Host}, version {status.Version}",
            status.Connected ? $"connected to {status.Broker}" : $"not connected: {status.Broker}",
            IsStopping(status)
                ? $"waits for {status.Running} running {(status.Running == 1 ? "job" : "jobs")} to end, starts no more; {status.Waiting} waiting"
                : $"{status.Running} of {status.MaxJobs} jobs running, {status.Waiting} waiting",
        };
        if (status.Last is { } last)
        {
            lines.Add($"last: {last} {last.Result} at {last.Since.ToLocalTime():yyyy-MM-ddTHH:mm:sszzz}{(last.Message is { } message ? $": {message.Split('\n')[0]}" : "")}".Plain());
        }

        lines.AddRange(status.Problems.Select(problem => $"problem: {problem}".Plain()));
        return string.Join(Environment.NewLine, lines);
    }

    // Since is when it started.
    private static bool IsStopping(DaemonStatus status) => status.State != "running";

    private static int Say(bool json, StatusWord word, int code)
    {
        Console.WriteLine(json ? word.ToJson() : word.ToString());
        return code;
    }
}

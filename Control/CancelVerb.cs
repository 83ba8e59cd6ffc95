using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>cancel</c>: tells the daemon at once, which ends the run, or remembers to drop it when it arrives.</summary>
internal sealed class CancelVerb(Settings settings)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    public Task<int> RunAsync(JobMessage run, bool json) => Task.Run(() => Run(run, json));

    private int Run(JobMessage run, bool json)
    {
        if (!RunningDaemon.IsRunning(settings.Daemon))
        {
            throw new ControlException("not cancelled: the daemon does not run; start it, then cancel again");
        }

        var answer = DaemonClient.TryCancel(settings.Daemon, run, AnswerLimit)
            ?? throw new ControlException($"not known whether it was cancelled: the daemon did not answer within {AnswerLimit.TotalSeconds:0} s; look with: autoreduction-ctl status");
        Console.WriteLine(json ? JsonSerializer.Serialize(answer, ContractJson.Default.CancelAnswer)
            : answer.Cancelled.Count > 0 ? $"cancelling {string.Join(", ", answer.Cancelled)}"
            : answer.Remembered ? $"no such run is here; it is cancelled when it arrives within {settings.Daemon.CancelRetention.TotalHours:0.#} hours, as often as it does"
            : "it has ended already, and its outcome stands; submitted again it will be reduced");
        return ExitCodes.Success;
    }
}

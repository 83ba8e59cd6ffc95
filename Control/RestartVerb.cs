using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>restart</c>: the old daemon hands its running jobs over, and a new one adopts them.</summary>
internal sealed class RestartVerb(Settings settings, string settingsPath)
{
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public async Task<int> RunAsync()
    {
        var isSupervised = false;
        using (var process = RunningDaemon.TryOpen(settings.Daemon))
        {
            if (process is not null)
            {
                // One that somebody stopped goes on, so that it can answer.
                process.TrySendSignal(Signals.SIGCONT);
                isSupervised = DaemonClient.TryGetStatus(settings.Daemon, AnswerLimit) is { Supervised: true };
                if (!isSupervised)
                {
                    RunningDaemon.ThrowIfOfAnotherUser(settings.Daemon, settingsPath, "restart");
                }

                RunningDaemon.Signal(process, Signals.SIGUSR2);
                if (!await Task.Run(() => process.WaitForExit(HandOverLimit)))
                {
                    throw new ControlException($"the daemon did not hand over within {HandOverLimit.TotalSeconds:0} s; look at its log, or: {CommandLine.Of(settingsPath, "stop")} && {CommandLine.Of(settingsPath, "start")}");
                }
            }
        }

        return isSupervised
            ? await WaitForNextAsync()
            : await new StartVerb(settings, settingsPath).RunAsync(foreground: false);
    }

    // A second daemon outside of an active unit would be nobody's: the unit starts it.
    private async Task<int> WaitForNextAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < settings.Daemon.StartTimeout)
        {
            if (DaemonClient.TryGetStatus(settings.Daemon, AnswerLimit) is { } next)
            {
                Console.WriteLine($"started by the service manager (pid {next.Pid})");
                return ExitCodes.Success;
            }

            await Task.Delay(Look);
        }

        throw new ControlException(
            $"the daemon handed over, but its service manager did not start the next one within {settings.Daemon.StartTimeout.TotalSeconds:0} s; "
            + $"look with systemctl status, and for RestartForceExitStatus={ExitCodes.HandedOver} in the unit");
    }
}

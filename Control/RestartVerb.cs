using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>restart</c>: the old daemon hands its running jobs over, and a new one adopts them.</summary>
internal sealed class RestartVerb(Settings settings, string settingsPath)
{
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(30);

    public async Task<int> RunAsync()
    {
        using (var process = RunningDaemon.TryOpen(settings.Daemon))
        {
            if (process is not null)
            {
                process.SendSignal(Signals.SIGUSR2);
                process.SendSignal(Signals.SIGCONT);
                if (!await Task.Run(() => process.WaitForExit(HandOverLimit)))
                {
                    throw new ControlException($"the daemon did not hand over within {HandOverLimit.TotalSeconds:0} s; look at its log, or use stop and start");
                }
            }
        }

        return await new StartVerb(settings, settingsPath).RunAsync(foreground: false);
    }
}

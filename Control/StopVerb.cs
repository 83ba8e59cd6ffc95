using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>stop</c>: asks, asks harder, ends; then makes sure that the lock is free.</summary>
internal sealed class StopVerb(Settings settings)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public Task<int> RunAsync(bool drain, bool now) => Task.Run(() => Run(drain, now));

    private int Run(bool drain, bool now)
    {
        var daemon = settings.Daemon;
        if (!RunningDaemon.IsRunning(daemon))
        {
            Console.WriteLine("not running");
            return ExitCodes.Success;
        }

        using var process = RunningDaemon.TryOpen(daemon) ?? throw new ControlException(RunningDaemon.HolderUnseen(daemon));
        if (drain)
        {
            RunningDaemon.Signal(process, Signals.SIGUSR1);
            return WaitFor(process, Timeout.InfiniteTimeSpan) ? Stopped() : ExitCodes.Failed;
        }

        // The daemon's own ladder takes this long; ours begins where it is stuck.
        var interrupt = daemon.KillGrace + Margin;
        RunningDaemon.Signal(process, Signals.SIGTERM);
        if (now)
        {
            // As a second TERM. But two of the same signal that come at once are one (signal(7)); of two signals both arrive.
            RunningDaemon.Signal(process, Signals.SIGINT);
        }
        else if (WaitFor(process, daemon.StopTimeout + interrupt))
        {
            return Stopped();
        }
        else
        {
            RunningDaemon.Signal(process, Signals.SIGTERM);
        }

        if (WaitFor(process, interrupt))
        {
            return Stopped();
        }

        Console.Error.WriteLine("the daemon does not stop; it is killed, and the next one takes over its jobs. systemd starts that at once: there stop with systemctl stop");
        RunningDaemon.Signal(process, Signals.SIGKILL);
        return WaitFor(process, Margin) ? Stopped() : throw new ControlException("the daemon can't be killed; is it stuck in the kernel (state D in ps)?");
    }

    private int Stopped()
    {
        if (RunningDaemon.IsRunning(settings.Daemon))
        {
            throw new ControlException("the daemon ended, but its lock is held: another one was started meanwhile");
        }

        Terminal.WriteLine("stopped");
        return ExitCodes.Success;
    }

    // On a terminal a person sees what is waited for.
    private bool WaitFor(PidFd process, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        while (!process.WaitForExit(Look))
        {
            if (limit >= TimeSpan.Zero && Stopwatch.GetElapsedTime(began) > limit)
            {
                return false;
            }

            if (Terminal.IsThere && DaemonClient.TryGetStatus(settings.Daemon, Look) is { } status)
            {
                Terminal.Progress($"stopping, {status.Running} {(status.Running == 1 ? "job runs" : "jobs run")}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
            }
        }

        return true;
    }
}

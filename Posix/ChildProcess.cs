using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>A child that we started. Its pid stays its own until it is reaped.</summary>
public sealed class ChildProcess : IDisposable
{
    private ChildProcess(int pid, PidFd pidFd, long startTime) => (Pid, PidFd, StartTime) = (pid, pidFd, startTime);

    /// <summary>Its pid.</summary>
    public int Pid { get; }

    /// <summary>When it started, in clock ticks since boot.</summary>
    public long StartTime { get; }

    /// <summary>Its descriptor, readable when it has ended.</summary>
    public PidFd PidFd { get; }

    /// <summary>Opens a child that was just spawned. One that can't be watched, for lack of a descriptor, is not kept.</summary>
    /// <exception cref="PosixException">It was ended again.</exception>
    internal static ChildProcess Keep(int pid)
    {
        PidFd? opened = null;
        try
        {
            opened = PidFd.TryOpen(pid) ?? throw new PosixException("pidfd_open", Errno.ESRCH, $"child {pid}, which somebody else reaped");
            return new(pid, opened, ProcessStat.TryRead(pid, out var stat) ? stat.StartTime : 0);
        }
        catch (PosixException e) when (e.Errno != Errno.ESRCH)
        {
            opened?.Dispose();

            // Not reaped yet, so the pid is still its own.
            _ = Syscall.kill(pid, Signum.SIGKILL);
            _ = Wait(pid);
            throw;
        }
    }

    /// <summary>Waits for a child's end and reaps it; unknown where somebody else did.</summary>
    internal static ExitStatus Wait(int pid)
    {
        int reaped, status;
        do
        {
            reaped = Syscall.waitpid(pid, out status, 0);
        }
        while (reaped < 0 && Stdlib.GetLastError() == Errno.EINTR);

        return reaped == pid ? ExitStatus.FromWaitStatus(status) : default;
    }

    /// <inheritdoc/>
    public void Dispose() => PidFd.Dispose();
}

namespace Autoreduction.Posix;

/// <summary>A child that we started. Its pid stays its own until it is reaped.</summary>
public sealed class ChildProcess : IDisposable
{
    internal ChildProcess(int pid)
    {
        Pid = pid;
        PidFd = PidFd.TryOpen(pid)!;
        StartTime = ProcessStat.TryRead(pid, out var stat) ? stat.StartTime : 0;
    }

    /// <summary>Its pid.</summary>
    public int Pid { get; }

    /// <summary>When it started, in clock ticks since boot.</summary>
    public long StartTime { get; }

    /// <summary>Its descriptor, readable when it has ended.</summary>
    public PidFd PidFd { get; }

    /// <inheritdoc/>
    public void Dispose() => PidFd.Dispose();
}

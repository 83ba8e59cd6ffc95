namespace Autoreduction.Posix;

/// <summary>A process for good: a pid is given again, a pid with start time and boot is not.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="StartTime">When it started, in clock ticks since boot.</param>
/// <param name="BootId">The boot in which it started.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTime, string BootId)
{
    /// <summary>The current boot's id (/proc/sys/kernel/random/boot_id).</summary>
    public static string CurrentBootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Whether that very process lives (a zombie doesn't).</summary>
    public bool IsAlive() =>
        BootId == CurrentBootId && ProcessStat.TryRead(Pid, out var stat) && stat.StartTime == StartTime && !stat.IsZombie;

    /// <summary>A descriptor of that very process; null where it is gone. Opened first and then compared.</summary>
    public PidFd? TryOpen()
    {
        var process = PidFd.TryOpen(Pid);
        if (process is null || IsAlive())
        {
            return process;
        }

        process.Dispose();
        return null;
    }
}

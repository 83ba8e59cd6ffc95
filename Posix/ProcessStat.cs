using System.Buffers.Text;

namespace Autoreduction.Posix;

/// <summary>What /proc/PID/stat tells of a process (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, T, Z …</param>
/// <param name="ParentPid">Its parent.</param>
/// <param name="ProcessGroup">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Terminal">Its controlling terminal; 0: none.</param>
/// <param name="Threads">How many threads it has.</param>
/// <param name="StartTime">When it started, in clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int ParentPid, int ProcessGroup, int Session, int Terminal, int Threads, long StartTime)
{
    // More than it takes: the name has at most 15 characters, and 50 numbers follow.
    private const int MaxLength = 2048;

    /// <summary>Whether it has ended and only waits to be reaped. One whose first thread ended before others lives.</summary>
    public bool IsZombie => State is 'Z' or 'X' && Threads <= 1;

    /// <summary>Reads a process; false where there is none, or none that we may see.</summary>
    /// <exception cref="PosixException">It can't be told: out of descriptors.</exception>
    public static bool TryRead(int pid, out ProcessStat stat)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        stat = default;
        return ProcFile.TryRead($"/proc/{pid}/stat", text) is var length and > 0 && TryParse(text[..length], out stat);
    }

    /// <summary>Reads the text of a stat file. The name, field 2, can hold spaces and brackets: it ends at the last one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcessStat stat)
    {
        stat = default;
        var nameEnd = text.LastIndexOf((byte)')');
        if (nameEnd < 0 || nameEnd + 3 >= text.Length)
        {
            return false;
        }

        text = text[(nameEnd + 2)..];
        var state = (char)text[0];
        Span<long> fields = stackalloc long[20];
        for (var i = 1; i < fields.Length; i++)
        {
            var space = text.IndexOf((byte)' ');
            if (space < 0)
            {
                return false;
            }

            text = text[(space + 1)..];
            if (!Utf8Parser.TryParse(text, out fields[i], out _))
            {
                return false;
            }
        }

        stat = new(state, (int)fields[1], (int)fields[2], (int)fields[3], (int)fields[4], (int)fields[17], fields[19]);
        return true;
    }

    /// <summary>How long a process has been there; null where there is none.</summary>
    public static TimeSpan? AgeOf(int pid)
    {
        // Both since boot: seconds (proc_uptime(5)), and ticks of which Linux shows a hundred in each.
        const double ticksPerSecond = 100;
        return TryRead(pid, out var stat) && ProcFile.TryReadAll("/proc/uptime") is { } uptime
            && double.TryParse(System.Text.Encoding.ASCII.GetString(uptime).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Max(0, seconds - (stat.StartTime / ticksPerSecond)))
            : null;
    }
}

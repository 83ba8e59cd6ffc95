using System.Buffers.Text;

namespace Autoreduction.Posix;

/// <summary>What /proc/PID/stat tells of a process (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, T, Z …</param>
/// <param name="ParentPid">Its parent.</param>
/// <param name="ProcessGroup">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Terminal">Its controlling terminal; 0: none.</param>
/// <param name="StartTime">When it started, in clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int ParentPid, int ProcessGroup, int Session, int Terminal, long StartTime)
{
    /// <summary>Whether it has ended and only waits to be reaped.</summary>
    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Reads a process; false where there is none.</summary>
    public static bool TryRead(int pid, out ProcessStat stat)
    {
        stat = default;
        try
        {
            return TryParse(File.ReadAllBytes($"/proc/{pid}/stat"), out stat);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended (ENOENT on open, ESRCH on read), or /proc hides it (mount option hidepid).
            return false;
        }
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

        stat = new(state, (int)fields[1], (int)fields[2], (int)fields[3], (int)fields[4], fields[19]);
        return true;
    }
}

using System.Collections.Concurrent;
using Autoreduction.Posix;

namespace Autoreduction.TestChild;

/// <summary>A subreaper with one child, whose orphans come to it.</summary>
internal static class Strangers
{
    /// <summary>How the child ended, then how each of its orphans did, up to the first that exits with code 0.</summary>
    public static string Reap(string script)
    {
        ProcessAttributes.BecomeSubreaper();
        var told = new BlockingCollection<string>();
        using var ended = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.Set(), (_, status) => told.Add($"stranger {status}"));
        using var child = reaper.Start(new SpawnRequest { ProgramPath = "/bin/sh", Arguments = ["-c", script] });
        ended.Wait();
        var lines = new List<string> { $"child {reaper.Reap(child.Pid)}" };
        foreach (var line in told.GetConsumingEnumerable())
        {
            lines.Add(line);
            if (line.EndsWith(" 0", StringComparison.Ordinal))
            {
                break;
            }
        }

        return string.Join('\n', lines);
    }
}

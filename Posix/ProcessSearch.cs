using System.Globalization;

namespace Autoreduction.Posix;

/// <summary>Finds living processes in /proc. Zombies don't count: nothing can be done to them.</summary>
public static class ProcessSearch
{
    /// <summary>All processes of a session.</summary>
    public static IReadOnlyList<int> InSession(int session) => [.. All().Where(p => p.Stat.Session == session).Select(p => p.Pid)];

    /// <summary>All processes whose environment, as it was at their exec, has a variable with this value.</summary>
    public static IReadOnlyList<int> WithEnvironment(string name, string value) =>
        [.. All().Where(p => ProcessEnvironment.ValueOf(p.Pid, name) == value).Select(p => p.Pid)];

    /// <summary>Children of a process, their children, and so on; not itself.</summary>
    public static IReadOnlyList<int> DescendantsOf(int pid)
    {
        var children = All().ToLookup(p => p.Stat.ParentPid, p => p.Pid);
        var found = new List<int>(children[pid]);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }

        return found;
    }

    /// <summary>Children of ours that have ended: also orphans that came to us because we are a subreaper.</summary>
    public static IReadOnlySet<int> ZombieChildren() =>
        Pids().Where(pid => ProcessStat.TryRead(pid, out var stat) && stat.IsZombie && stat.ParentPid == Environment.ProcessId).ToHashSet();

    private static IEnumerable<(int Pid, ProcessStat Stat)> All()
    {
        foreach (var pid in Pids())
        {
            if (ProcessStat.TryRead(pid, out var stat) && !stat.IsZombie)
            {
                yield return (pid, stat);
            }
        }
    }

    private static IEnumerable<int> Pids()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }
}

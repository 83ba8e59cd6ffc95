using System.Globalization;
using System.Text;

namespace Autoreduction.Posix;

/// <summary>Finds living processes in /proc. Zombies don't count: nothing can be done to them.</summary>
public static class ProcessSearch
{
    /// <summary>All processes of a session.</summary>
    public static IReadOnlyList<int> InSession(int session) => [.. All().Where(p => p.Stat.Session == session).Select(p => p.Pid)];

    /// <summary>All processes whose environment, as it was at their exec, has an entry such as <c>NAME=value</c>.</summary>
    public static IReadOnlyList<int> WithEnvironment(string entry)
    {
        var wanted = Encoding.UTF8.GetBytes($"\0{entry}\0");
        return [.. All().Where(p => HasEntry(p.Pid, wanted)).Select(p => p.Pid)];
    }

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
    public static IReadOnlyList<int> ZombieChildren() =>
        [.. Pids().Where(pid => ProcessStat.TryRead(pid, out var stat) && stat.IsZombie && stat.ParentPid == Environment.ProcessId)];

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

    private static bool HasEntry(int pid, byte[] wanted)
    {
        try
        {
            var environment = File.ReadAllBytes($"/proc/{pid}/environ").AsSpan();

            // The first entry has no NUL in front of it.
            return environment.IndexOf(wanted) >= 0 || environment.StartsWith(wanted.AsSpan(1));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's and so none of ours.
            return false;
        }
    }
}

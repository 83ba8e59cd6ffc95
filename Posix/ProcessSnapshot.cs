using System.Globalization;

namespace Autoreduction.Posix;

/// <summary>All living processes at one moment, from one look at /proc. Zombies don't count: nothing can be done to them.</summary>
public sealed class ProcessSnapshot
{
    private readonly Dictionary<int, ProcessStat> _processes;
    private readonly ILookup<int, int> _children;

    private ProcessSnapshot(Dictionary<int, ProcessStat> processes)
    {
        _processes = processes;
        _children = processes.ToLookup(process => process.Value.ParentPid, process => process.Key);
    }

    /// <summary>Every process, with what /proc told of it.</summary>
    public IReadOnlyDictionary<int, ProcessStat> Processes => _processes;

    /// <summary>Looks.</summary>
    /// <exception cref="IOException">/proc can't be listed: out of descriptors.</exception>
    public static ProcessSnapshot Take()
    {
        var processes = new Dictionary<int, ProcessStat>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessStat.TryRead(pid, out var stat) && !stat.IsZombie)
            {
                processes[pid] = stat;
            }
        }

        return new(processes);
    }

    /// <summary>Whether that very process lives.</summary>
    public bool Has(ProcessIdentity process) =>
        process.BootId == ProcessIdentity.CurrentBootId && _processes.TryGetValue(process.Pid, out var stat) && stat.StartTime == process.StartTime;

    /// <summary>The children of a process, which may have ended itself.</summary>
    public IEnumerable<int> ChildrenOf(int pid) => _children[pid];

    /// <summary>Some processes, where they live, with their children, their children, and so on.</summary>
    public IReadOnlySet<int> TreesOf(IEnumerable<int> roots)
    {
        var found = new HashSet<int>();
        var ahead = new Stack<int>(roots);
        while (ahead.TryPop(out var pid))
        {
            if (!found.Add(pid))
            {
                continue;
            }

            foreach (var child in _children[pid])
            {
                ahead.Push(child);
            }
        }

        found.RemoveWhere(pid => !_processes.ContainsKey(pid));
        return found;
    }

    /// <summary>A descriptor of the process that was seen as <paramref name="pid"/>; null where it is gone. Opened first and then compared.</summary>
    /// <exception cref="PosixException">Out of descriptors.</exception>
    public PidFd? TryOpen(int pid) =>
        _processes.TryGetValue(pid, out var stat) ? new ProcessIdentity(pid, stat.StartTime, ProcessIdentity.CurrentBootId).TryOpen() : null;
}

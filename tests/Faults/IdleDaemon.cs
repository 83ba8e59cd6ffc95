using System.Globalization;

namespace Autoreduction.Tests.Faults;

/// <summary>What the kernel tells of a daemon that has nothing to do: its descriptors by kind, and the time that it takes.</summary>
internal static class IdleDaemon
{
    // 20 ms in 400 ms: 5 %, in clock ticks.
    private const int MostTicks = 2;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(400);

    /// <summary>How many descriptors of each kind a process has open. Those of files are named by their directory; the runtime's own libraries and symbols don't count.</summary>
    public static IReadOnlyDictionary<string, int> Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "closed meanwhile")
        .Where(target => Path.GetExtension(target) is not (".dll" or ".pdb"))
        .GroupBy(target => target.StartsWith('/') ? Path.GetDirectoryName(target)! : target.StartsWith("anon_inode", StringComparison.Ordinal) ? target : target.Split(':')[0])
        .ToDictionary(kind => kind.Key, kind => kind.Count());

    /// <summary>What is open that wasn't when the daemon was up: a pidfd, a pipe or a file of a job, or more than two sockets.</summary>
    public static IReadOnlyList<string> Leaked(IReadOnlyDictionary<string, int> atStart, int pid) =>
    [
        .. Descriptors(pid)
            .Where(kind => kind.Value > atStart.GetValueOrDefault(kind.Key) + (kind.Key == "socket" ? 2 : 0))
            .Select(kind => $"{kind.Key} {kind.Value} instead of {atStart.GetValueOrDefault(kind.Key)}"),
    ];

    /// <summary>Waits until the daemon takes less than 5 % of a processor for a while. Its own time counts, whatever else the machine does.</summary>
    public static async Task RestsAsync(int pid, CancellationToken token)
    {
        for (var before = Ticks(pid); ;)
        {
            await Task.Delay(Window, token);
            var now = Ticks(pid);
            if (now - before <= MostTicks)
            {
                return;
            }

            before = now;
        }
    }

    // proc_pid_stat(5): utime and stime are fields 14 and 15; the name, field 2, may hold spaces.
    private static long Ticks(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}

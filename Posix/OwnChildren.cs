using System.Globalization;
using System.Text;

namespace Autoreduction.Posix;

/// <summary>
/// The children of this process, zombies too, from the lists that the kernel keeps for each of its threads
/// (proc_pid_children(5)): much less work than to ask every process of the machine for its parent.
/// </summary>
/// <remarks>
/// A list misses none where nobody reaps a child meanwhile: the caller sees to that. A thread that ends hands its children
/// to another one, whose list may have been read already: then all are read again.
/// </remarks>
internal static class OwnChildren
{
    private const string Threads = "/proc/self/task";
    private const int Tries = 3;

    /// <summary>The pids; null where it can't be told, as on a kernel without such lists.</summary>
    /// <exception cref="IOException">Out of descriptors.</exception>
    public static IReadOnlySet<int>? TryList()
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var threads = ThreadDirectories();
            if (TryList(threads) is { } children && ThreadDirectories().SetEquals(threads))
            {
                return children;
            }
        }

        return null;
    }

    private static HashSet<string> ThreadDirectories() => [.. Directory.EnumerateDirectories(Threads)];

    private static HashSet<int>? TryList(HashSet<string> threads)
    {
        var children = new HashSet<int>();
        foreach (var thread in threads)
        {
            if (ProcFile.TryReadAll($"{thread}/children") is not { } list)
            {
                return null;
            }

            foreach (var pid in Encoding.ASCII.GetString(list).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                children.Add(int.Parse(pid, NumberStyles.None, CultureInfo.InvariantCulture));
            }
        }

        return children;
    }
}

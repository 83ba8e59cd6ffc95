using System.Diagnostics;

namespace Autoreduction.Posix;

/// <summary>Ends a set of processes that may still start others: looks, signals, and looks again until none is left.</summary>
/// <param name="find">The living processes that belong to it, as of now.</param>
public sealed class ProcessTree(Func<IReadOnlyList<int>> find)
{
    // Descriptors that are held; each such group costs one look at all processes.
    private const int AtOnce = 128;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>TERM and CONT to all; after <paramref name="grace"/> KILL; those that live on after <paramref name="limit"/> more.</summary>
    public async Task<IReadOnlyList<int>> EndAsync(TimeSpan grace, TimeSpan limit)
    {
        var left = find();
        if (left.Count > 0 && grace > TimeSpan.Zero)
        {
            left = await RepeatAsync(grace, kill: false);
        }

        return left.Count == 0 ? left : await RepeatAsync(limit, kill: true);
    }

    private async Task<IReadOnlyList<int>> RepeatAsync(TimeSpan limit, bool kill)
    {
        var began = Stopwatch.GetTimestamp();
        var asked = new HashSet<int>();
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var left = find();
            if (left.Count == 0 || Stopwatch.GetElapsedTime(began) > limit)
            {
                return left;
            }

            // TERM once: a second one would hasten programs that clean up on the first.
            foreach (var some in left.Where(pid => kill || asked.Add(pid)).Chunk(AtOnce))
            {
                Signal(some, kill);
            }

            await Task.Delay(pause);
        }
    }

    // Opened first, found again after: a descriptor is the process that was meant, whatever became of the pid.
    private void Signal(int[] pids, bool kill)
    {
        var opened = new List<(int Pid, PidFd Process)>();
        try
        {
            foreach (var pid in pids)
            {
                if (PidFd.TryOpen(pid) is { } process)
                {
                    opened.Add((pid, process));
                }
            }

            var found = find().ToHashSet();
            foreach (var (_, process) in opened.Where(one => found.Contains(one.Pid)))
            {
                process.TrySendSignal(kill ? Signals.SIGKILL : Signals.SIGTERM);
                process.TrySendSignal(Signals.SIGCONT);
            }
        }
        finally
        {
            opened.ForEach(one => one.Process.Dispose());
        }
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Learns that children ended, and reaps them by their pids.</summary>
/// <remarks>
/// Constraints. waitpid(-1) would steal the children of others. The thread pool, on which .NET runs SIGCHLD handlers, may
/// be seconds late. One signal can stand for many children. While a child is an unreaped zombie its pid, which is also
/// its session and group, is not given again.
///
/// Scheme. One thread of its own polls the pidfds of all children and a bell; SIGCHLD rings the bell; a sweep backs both
/// up. What has ended is seen by waitid(WNOWAIT) and told once; its owner ends what is left of it and then calls
/// <see cref="Reap"/>. poll(2) says which child ended, so that not every child is asked each time. Orphans that came to us
/// because we are a subreaper are found among our zombies, and reaped by pid too.
/// </remarks>
public sealed unsafe class ChildReaper : IDisposable
{
    private readonly ChildReaperOptions _options;
    private readonly Action<int> _ended;
    private readonly Action<int, ExitStatus>? _stranger;
    private readonly EventFd _bell = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ChildProcess> _watched = [];
    private readonly HashSet<int> _told = [];
    private readonly PosixSignalRegistration? _sigchld;
    private readonly Thread _thread;
    private volatile bool _disposed;
    private long _looked = Stopwatch.GetTimestamp();

    /// <summary>Starts watching.</summary>
    /// <param name="options">What wakes it.</param>
    /// <param name="ended">Called once for each watched child that ended, from the reaper's thread; must be quick.</param>
    /// <param name="stranger">Called for each orphan that was reaped.</param>
    public ChildReaper(ChildReaperOptions options, Action<int> ended, Action<int, ExitStatus>? stranger = null)
    {
        (_options, _ended, _stranger) = (options, ended, stranger);
        SignalDispositions.StopIgnoringChildren();
        _sigchld = options.SubscribeToSigchld
            ? PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => _bell.Ring())
            : null;
        _thread = new Thread(Loop) { IsBackground = true, Name = "child reaper" };
        _thread.Start();
    }

    /// <summary>Whether this process has children that it has not reaped, living or not: orphans that came to it too.</summary>
    public static bool HasChildren => FindChild(Libc.P_ALL, 0) is not null;

    /// <summary>How long ago its thread began to look around; much more than the sweep's interval: it hangs.</summary>
    public TimeSpan SinceLook => Stopwatch.GetElapsedTime(Volatile.Read(ref _looked));

    /// <summary>Starts a child and watches it, in one step: it is never taken for a stranger. Its end is told when it came at once too.</summary>
    /// <exception cref="PosixException">It can't be started.</exception>
    public ChildProcess Start(SpawnRequest request)
    {
        ChildProcess child;
        lock (_gate)
        {
            child = Spawner.Start(request);
            _watched[child.Pid] = child;
        }

        _bell.Ring();
        return child;
    }

    /// <summary>Whether a process is a child that is watched and not reaped yet.</summary>
    public bool Watches(int pid)
    {
        lock (_gate)
        {
            return _watched.ContainsKey(pid);
        }
    }

    /// <summary>
    /// Those of some children that have ended and left nothing, and are not reaped yet. What such a child leaves comes to
    /// its nearest subreaper: where this process is one and has no child but those it watches, nothing was left.
    /// </summary>
    /// <exception cref="IOException">Out of descriptors.</exception>
    public IReadOnlySet<int> WithoutRemains(IEnumerable<int> pids)
    {
        lock (_gate)
        {
            // First: what a child leaves has come to us when its end can be seen.
            var ended = pids.Where(pid => _watched.ContainsKey(pid) && FindChild(Libc.P_PID, pid) == pid).ToHashSet();
            return ended.Count > 0 && OwnChildren.TryList() is { } children && children.All(_watched.ContainsKey) ? ended : new HashSet<int>();
        }
    }

    /// <summary>Reaps a child that has ended: its pid is free afterwards. Unknown where somebody else reaped it.</summary>
    public ExitStatus Reap(int pid)
    {
        lock (_gate)
        {
            _watched.Remove(pid);
            _told.Remove(pid);
            return ChildProcess.Wait(pid);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _sigchld?.Dispose();
        _bell.Ring();
        _thread.Join();
        _bell.Dispose();
    }

    private void Loop()
    {
        while (!_disposed)
        {
            Volatile.Write(ref _looked, Stopwatch.GetTimestamp());
            ChildProcess[] candidates;
            lock (_gate)
            {
                candidates = [.. _watched.Values.Where(child => !_told.Contains(child.Pid))];
            }

            var rung = Wait(candidates, out var ready);
            Mutant.Do("waitpid-any", () => Syscall.waitpid(-1, out _, WaitOptions.WNOHANG));
            var sweeping = !rung && ready.Count == 0;
            foreach (var child in sweeping || !_options.WatchPidfds ? [.. candidates] : ready)
            {
                Tell(child);
            }

            if (_stranger is not null && ready.Count == 0)
            {
                ReapStrangers();
            }
        }
    }

    // Whether the bell rang, and the children whose descriptors say that they ended.
    private bool Wait(ChildProcess[] candidates, out List<ChildProcess> ready)
    {
        ready = [];
        var watched = _options.WatchPidfds ? candidates : [];
        var entries = new Libc.PollEntry[watched.Length + 1];
        entries[^1] = new() { Descriptor = _bell.Descriptor, Events = Libc.POLLIN };
        for (var i = 0; i < watched.Length; i++)
        {
            entries[i] = new() { Descriptor = (int)watched[i].PidFd.DangerousGetHandle(), Events = Libc.POLLIN };
        }

        fixed (Libc.PollEntry* first = entries)
        {
            // -1 EINTR is as good as the end of the sweep's interval.
            _ = Libc.poll(first, (nuint)entries.Length, (int)_options.Sweep.TotalMilliseconds);
        }

        for (var i = 0; i < watched.Length; i++)
        {
            if (entries[i].Returned != 0)
            {
                ready.Add(watched[i]);
            }
        }

        return entries[^1].Returned != 0 && _bell.Quiet();
    }

    private void Tell(ChildProcess child)
    {
        lock (_gate)
        {
            // The same object: the pid may have been reaped, and given again, since it was looked at.
            var isWatched = _watched.TryGetValue(child.Pid, out var watched) && ReferenceEquals(watched, child);
            if (!isWatched || FindChild(Libc.P_PID, child.Pid) == 0 || !_told.Add(child.Pid))
            {
                return;
            }
        }

        _ended(child.Pid);
    }

    // The child that has ended, 0 where none has, null where there is none: somebody else may have reaped it.
    private static int? FindChild(int kind, int pid)
    {
        // siginfo_t: three ints, then a union aligned to 8 bytes that begins with si_pid.
        var information = stackalloc int[32];
        return Libc.waitid(kind, pid, (nint)information, Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT) == 0 ? information[4]
            : PosixException.Last == Errno.ECHILD ? null
            : 0;
    }

    // Out of descriptors, for one, /proc can't be looked at; the next look comes.
    private void ReapStrangers()
    {
        try
        {
            // Mostly no child has ended, and then nobody has to look for it.
            if (FindChild(Libc.P_ALL, 0) is not (null or 0))
            {
                ReapStrangersFound();
            }
        }
        catch (IOException)
        {
            // What is not reaped now is a zombie for a second more.
        }
    }

    // Under the lock, so that a child whose start is under way is not taken for a stranger.
    private void ReapStrangersFound()
    {
        List<(int Pid, ExitStatus Status)> reaped = [];
        lock (_gate)
        {
            foreach (var pid in (OwnChildren.TryList() ?? ProcessSearch.ZombieChildren()).Where(pid => !_watched.ContainsKey(pid)))
            {
                if (Syscall.waitpid(pid, out var status, WaitOptions.WNOHANG) == pid)
                {
                    reaped.Add((pid, ExitStatus.FromWaitStatus(status)));
                }
            }
        }

        reaped.ForEach(one => _stranger!(one.Pid, one.Status));
    }
}

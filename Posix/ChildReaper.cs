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

    /// <summary>Starts watching.</summary>
    /// <param name="options">What wakes it.</param>
    /// <param name="ended">Called once for each watched child that ended, from the reaper's thread; must be quick.</param>
    /// <param name="stranger">Called for each orphan that was reaped.</param>
    public ChildReaper(ChildReaperOptions options, Action<int> ended, Action<int, ExitStatus>? stranger = null)
    {
        (_options, _ended, _stranger) = (options, ended, stranger);
        _sigchld = options.SubscribeToSigchld
            ? PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => _bell.Ring())
            : null;
        _thread = new Thread(Loop) { IsBackground = true, Name = "child reaper" };
        _thread.Start();
    }

    /// <summary>Watches a child from now on; one that has ended already is told too.</summary>
    public void Watch(ChildProcess child)
    {
        lock (_gate)
        {
            _watched[child.Pid] = child;
        }

        _bell.Ring();
    }

    /// <summary>Reaps a child that has ended: its pid is free afterwards. Unknown where somebody else reaped it.</summary>
    public ExitStatus Reap(int pid)
    {
        lock (_gate)
        {
            _watched.Remove(pid);
            _told.Remove(pid);
        }

        int reaped, status;
        do
        {
            reaped = Syscall.waitpid(pid, out status, 0);
        }
        while (reaped < 0 && Stdlib.GetLastError() == Errno.EINTR);

        return reaped == pid ? ExitStatus.FromWaitStatus(status) : default;
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
            ChildProcess[] candidates;
            lock (_gate)
            {
                candidates = [.. _watched.Values.Where(child => !_told.Contains(child.Pid))];
            }

            var rung = Wait(candidates, out var ready);
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
        if (!HasEnded(child.Pid))
        {
            return;
        }

        lock (_gate)
        {
            if (!_watched.ContainsKey(child.Pid) || !_told.Add(child.Pid))
            {
                return;
            }
        }

        _ended(child.Pid);
    }

    // ECHILD counts as ended: somebody else reaped it, and its owner must hear of that too.
    private static bool HasEnded(int pid)
    {
        var information = stackalloc int[32];
        return Libc.waitid(Libc.P_PID, pid, (nint)information, Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT) switch
        {
            // siginfo_t: three ints, then a union aligned to 8 bytes that begins with si_pid.
            0 => information[4] != 0,
            _ => PosixException.Last == Errno.ECHILD,
        };
    }

    private void ReapStrangers()
    {
        foreach (var pid in ProcessSearch.ZombieChildren())
        {
            lock (_gate)
            {
                if (_watched.ContainsKey(pid))
                {
                    continue;
                }
            }

            if (Syscall.waitpid(pid, out var status, WaitOptions.WNOHANG) == pid)
            {
                _stranger!(pid, ExitStatus.FromWaitStatus(status));
            }
        }
    }
}

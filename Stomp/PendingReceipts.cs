using System.Collections.Concurrent;
using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>Receipts that were asked for and have not come.</summary>
internal sealed class PendingReceipts
{
    // With so many it makes no difference to anybody when exactly one of them comes.
    private const int Many = 64;
    private readonly ConcurrentDictionary<string, Pending> _pending = new();
    private int _count;
    private long _last;
    private int _tick;
    private Exception? _failure;

    /// <summary>Whether there are so many that they may wait for each other.</summary>
    public bool AreMany => Volatile.Read(ref _count) > Many;

    /// <summary>Asks for one.</summary>
    /// <param name="command">The frame that asks.</param>
    public (string Id, Task Arrived) Ask(string command)
    {
        var id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var pending = new Pending(command, Volatile.Read(ref _tick));
        _pending[id] = pending;
        Interlocked.Increment(ref _count);
        if (Volatile.Read(ref _failure) is { } failure)
        {
            pending.TrySetException(failure);
        }

        return (id, pending.Task);
    }

    public void Arrived(string id) => Take(id)?.TrySetResult();

    /// <summary>Whether somebody waits for that receipt, who is told that it was refused instead.</summary>
    public bool TryRefuse(string id, StompServerErrorException reason) => Take(id)?.TrySetException(reason) ?? false;

    public void FailAll(Exception reason)
    {
        Volatile.Write(ref _failure, reason);
        foreach (var id in _pending.Keys)
        {
            Take(id)?.TrySetException(reason);
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(string id) => Take(id);

    /// <summary>One tick more; the command of a frame whose receipt was due <paramref name="limit"/> ticks after it, if there is one.</summary>
    public string? Overdue(int limit)
    {
        var now = Interlocked.Increment(ref _tick);
        foreach (var (_, pending) in _pending)
        {
            if (now - pending.AskedAt >= limit)
            {
                return pending.Command;
            }
        }

        return null;
    }

    private Pending? Take(string id)
    {
        if (!_pending.TryRemove(id, out var pending))
        {
            return null;
        }

        Interlocked.Decrement(ref _count);
        return pending;
    }

    private sealed class Pending(string command, int askedAt) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Command { get; } = command;

        public int AskedAt { get; } = askedAt;
    }
}

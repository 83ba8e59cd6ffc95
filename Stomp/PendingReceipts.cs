using System.Collections.Concurrent;
using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>Receipts that were asked for and have not come.</summary>
internal sealed class PendingReceipts
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _pending = new();
    private long _last;
    private Exception? _failure;

    public (string Id, Task Arrived) Ask()
    {
        var id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = source;
        if (Volatile.Read(ref _failure) is { } failure)
        {
            source.TrySetException(failure);
        }

        return (id, source.Task);
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

    public void Forget(string id) => Take(id);

    private TaskCompletionSource? Take(string id) => _pending.TryRemove(id, out var source) ? source : null;
}

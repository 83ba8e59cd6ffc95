using System.Globalization;
using System.Threading.Channels;

namespace Autoreduction.Stomp;

/// <summary>What users of a connection send.</summary>
public sealed partial class StompConnection
{
    private long _lastTransaction;

    /// <summary>Sends a message. With a receipt, returns when the broker has it; in a transaction, <see cref="StompTransaction.CommitAsync"/> covers it.</summary>
    /// <remarks>The body must not change before the broker has it. Its length is always told, which makes it a BytesMessage for ActiveMQ.</remarks>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task SendAsync(
        string destination, ReadOnlyMemory<byte> body, IReadOnlyList<StompHeader> headers, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        PutAsync("SEND", [new("destination", destination), .. headers], body, transaction, withReceipt, cancellationToken);

    /// <summary>Subscribes; returns when the broker confirmed.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task SubscribeAsync(
        string id, string destination, StompAckMode mode, IReadOnlyList<StompHeader> headers, CancellationToken cancellationToken)
    {
        // STOMP 1.0 has no client-individual; ActiveMQ understands it there too.
        var ack = mode switch
        {
            StompAckMode.Auto => "auto",
            StompAckMode.Client => "client",
            _ => "client-individual",
        };
        return ConfirmAsync("SUBSCRIBE", [new("id", id), new("destination", destination), new("ack", ack), .. headers], default, cancellationToken);
    }

    /// <summary>Ends a subscription. ActiveMQ gives its unacknowledged messages to others at once: a later ACK has no effect.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task UnsubscribeAsync(string id, CancellationToken cancellationToken) =>
        ConfirmAsync("UNSUBSCRIBE", [new("id", id)], default, cancellationToken);

    /// <summary>Acknowledges. Only the receipt, or the commit of the transaction, says that the broker took note.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task AckAsync(StompMessage message, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        PutAsync("ACK", Delivery(message), default, transaction, withReceipt, cancellationToken);

    /// <summary>Refuses a message. ActiveMQ moves it to its dead-letter queue, and drops one that isn't persistent.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task NackAsync(StompMessage message, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        Version == StompVersion.V10
            ? throw new NotSupportedException("STOMP 1.0 has no NACK")
            : PutAsync("NACK", Delivery(message), default, transaction, withReceipt, cancellationToken);

    /// <summary>Begins a transaction. Not confirmed on its own: COMMIT's receipt covers it.</summary>
    /// <exception cref="StompException">The connection is over.</exception>
    public async Task<StompTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var id = $"tx-{Interlocked.Increment(ref _lastTransaction).ToString(CultureInfo.InvariantCulture)}";
        await EnqueueAsync(StompFrame.Of("BEGIN", new StompHeader("transaction", id)), cancellationToken);
        return new StompTransaction(this, id);
    }

    internal Task EndTransactionAsync(string command, string id, CancellationToken cancellationToken) =>
        ConfirmAsync(command, [new("transaction", id)], default, cancellationToken);

    // STOMP 1.2, "ACK": the id header MUST match the ack header of the MESSAGE. 1.1: message-id and subscription. 1.0: message-id.
    private StompHeader[] Delivery(StompMessage message) => Version switch
    {
        StompVersion.V12 => [new("id", message.AckId ?? throw new InvalidOperationException("the subscription's ack mode is auto: there is nothing to acknowledge"))],
        StompVersion.V11 => [new("message-id", message.MessageId), new("subscription", message.Subscription)],
        _ => [new("message-id", message.MessageId)],
    };

    private Task PutAsync(
        string command, StompHeader[] headers, ReadOnlyMemory<byte> body, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken)
    {
        if (transaction is null)
        {
            return withReceipt
                ? ConfirmAsync(command, headers, body, cancellationToken)
                : EnqueueAsync(new StompFrame(command, new StompHeaders(headers), body), cancellationToken).AsTask();
        }

        // A transaction's frames have receipts in any case: after a frame that was refused, COMMIT would succeed without it.
        var confirmed = ConfirmAsync(command, [new("transaction", transaction.Id), .. headers], body, cancellationToken);
        transaction.Add(confirmed);
        return withReceipt ? confirmed : Task.CompletedTask;
    }

    private Task ConfirmAsync(string command, StompHeader[] headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var (id, arrived) = _receipts.Ask(command);

        // First: of repeated headers the first counts, whatever the caller's say.
        var frame = new StompFrame(command, new StompHeaders([new("receipt", id), .. headers]), body);
        try
        {
            var queued = EnqueueAsync(frame, cancellationToken);
            return queued.IsCompletedSuccessfully && !cancellationToken.CanBeCanceled ? arrived : WaitAsync(id, queued, arrived, cancellationToken);
        }
        catch
        {
            _receipts.Forget(id);
            throw;
        }
    }

    private async Task WaitAsync(string receipt, ValueTask queued, Task arrived, CancellationToken cancellationToken)
    {
        try
        {
            await queued;
            await arrived.WaitAsync(cancellationToken);
        }
        finally
        {
            _receipts.Forget(receipt);
        }
    }

    private ValueTask EnqueueAsync(StompFrame frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HeaderEscaping.Check(frame.Headers, Version);
        return !_disconnecting && _outgoing.Writer.TryWrite(frame) ? ValueTask.CompletedTask : WaitToEnqueueAsync(frame, cancellationToken);
    }

    private async ValueTask WaitToEnqueueAsync(StompFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(frame, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new StompConnectionException(e.InnerException?.Message ?? "disconnected", e.InnerException);
        }
    }
}

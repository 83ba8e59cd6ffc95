using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>What users of a connection send.</summary>
public sealed partial class StompConnection
{
    private long _lastTransaction;

    /// <summary>Sends a message. With a receipt, returns when the broker has it; in a transaction, COMMIT's receipt covers it.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task SendAsync(
        string destination, ReadOnlyMemory<byte> body, IReadOnlyList<StompHeader> headers, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        PutAsync("SEND", [new("destination", destination), .. headers, .. In(transaction)], body, withReceipt, cancellationToken);

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

    /// <summary>Acknowledges. Only the receipt, or that of COMMIT, says that the broker took note.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task AckAsync(StompMessage message, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        PutAsync("ACK", [.. Delivery(message), .. In(transaction)], default, withReceipt, cancellationToken);

    /// <summary>Refuses a message. ActiveMQ moves it to its dead-letter queue, and drops one that isn't persistent.</summary>
    /// <exception cref="StompException">The connection is over, or the broker refused.</exception>
    public Task NackAsync(StompMessage message, StompTransaction? transaction, bool withReceipt, CancellationToken cancellationToken) =>
        Version == StompVersion.V10
            ? throw new NotSupportedException("STOMP 1.0 has no NACK")
            : PutAsync("NACK", [.. Delivery(message), .. In(transaction)], default, withReceipt, cancellationToken);

    /// <summary>Begins a transaction. Not confirmed on its own: COMMIT's receipt covers it.</summary>
    /// <exception cref="StompException">The connection is over.</exception>
    public async Task<StompTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var id = $"tx-{Interlocked.Increment(ref _lastTransaction).ToString(CultureInfo.InvariantCulture)}";
        await PutAsync("BEGIN", [new("transaction", id)], default, withReceipt: false, cancellationToken);
        return new StompTransaction(this, id);
    }

    internal Task EndTransactionAsync(string command, string id, CancellationToken cancellationToken) =>
        ConfirmAsync(command, [new("transaction", id)], default, cancellationToken);

    // STOMP 1.2, "ACK": the id header MUST match the ack header of the MESSAGE. 1.1: message-id and subscription. 1.0: message-id.
    private IEnumerable<StompHeader> Delivery(StompMessage message) => Version switch
    {
        StompVersion.V12 => [new("id", message.AckId ?? throw new InvalidOperationException("the subscription's ack mode is auto: there is nothing to acknowledge"))],
        StompVersion.V11 => [new("message-id", message.MessageId), new("subscription", message.Subscription)],
        _ => [new("message-id", message.MessageId)],
    };

    private static IEnumerable<StompHeader> In(StompTransaction? transaction) =>
        transaction is null ? [] : [new("transaction", transaction.Id)];

    private Task PutAsync(string command, StompHeader[] headers, ReadOnlyMemory<byte> body, bool withReceipt, CancellationToken cancellationToken)
    {
        if (withReceipt)
        {
            return ConfirmAsync(command, headers, body, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Enqueue(new StompFrame(command, new StompHeaders(headers), body));
        return Task.CompletedTask;
    }

    private async Task ConfirmAsync(string command, StompHeader[] headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var (id, arrived) = _receipts.Ask();
        try
        {
            Enqueue(new StompFrame(command, new StompHeaders([.. headers, new("receipt", id)]), body));
            await arrived.WaitAsync(_options.ReceiptTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Whether it took effect can't be known; on another connection it will show.
            var reason = new StompConnectionException($"{EndPoint}: no receipt for {command} within {_options.ReceiptTimeout.TotalSeconds:0.#} s");
            End(reason);
            throw reason;
        }
        finally
        {
            _receipts.Forget(id);
        }
    }

    private void Enqueue(StompFrame frame)
    {
        if (!_outgoing.Writer.TryWrite(frame))
        {
            var reason = _closed.Task.IsCompleted ? _closed.Task.Result : null;
            throw new StompConnectionException(reason?.Message ?? "disconnected", reason);
        }
    }
}

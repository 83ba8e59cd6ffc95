using System.Buffers;

namespace Autoreduction.Stomp;

/// <summary>The loop that reads and the loop that writes.</summary>
public sealed partial class StompConnection
{
    private async Task ReceiveLoopAsync()
    {
        try
        {
            while (true)
            {
                Dispatch(await ReadFrameAsync(_over.Token));
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Ended elsewhere; the reason is known.
        }
        catch (Exception e) when (e is StompConnectionException or IOException or ObjectDisposedException)
        {
            End(_disconnecting && e is not StompProtocolException ? null : e as StompConnectionException ?? new StompConnectionException($"{EndPoint}: {e.Message}", e));
        }
    }

    private async Task<StompFrame> ReadFrameAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadSomeAsync(cancellationToken);
            var buffer = read.Buffer;
            if (_parser.TryParse(ref buffer, out var frame))
            {
                _reader.AdvanceTo(buffer.Start);
                return frame;
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new StompConnectionException($"{EndPoint} closed the connection");
            }
        }
    }

    private async ValueTask<System.IO.Pipelines.ReadResult> ReadSomeAsync(CancellationToken cancellationToken)
    {
        if (_reader.TryRead(out var ready))
        {
            return ready;
        }

        var limit = _heartBeats.ReceiveLimit;
        if (limit <= TimeSpan.Zero)
        {
            return await _reader.ReadAsync(cancellationToken);
        }

        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(limit);
        try
        {
            return await _reader.ReadAsync(silence.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StompConnectionException($"{EndPoint}: no heart-beat for {limit.TotalSeconds:0.#} s");
        }
    }

    private void Dispatch(StompFrame frame)
    {
        switch (frame.Command)
        {
            case "MESSAGE":
                if (!_messages.Writer.TryWrite(new StompMessage(frame)) && !_closed.Task.IsCompleted)
                {
                    throw new StompProtocolException($"more than {_options.Limits.BufferedMessages} messages at once; lower the prefetch");
                }

                break;
            case "RECEIPT":
                _receipts.Arrived(frame.Headers["receipt-id"] ?? throw new StompProtocolException("a RECEIPT without receipt-id"));
                break;
            case "ERROR":
                var refusal = new StompServerErrorException(frame);
                if (refusal.ReceiptId is not { } id || !_receipts.TryRefuse(id, refusal))
                {
                    // Nobody can be told which frame was meant, so none can be relied on.
                    throw new StompConnectionException($"{EndPoint}: {refusal.Message}", refusal);
                }

                break;
            default:
                throw new StompProtocolException($"unexpected frame {(frame.Command.Length > 20 ? frame.Command[..20] : frame.Command)}");
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (true)
            {
                if (!await WaitToSendAsync())
                {
                    // STOMP 1.2, "Heart-beating": an end of line when there is no real frame to send.
                    _writer.Write("\n"u8);
                }

                while (_outgoing.Reader.TryRead(out var frame))
                {
                    FrameWriter.Write(_writer, frame, Version);
                    if (_writer.UnflushedBytes > 1 << 20)
                    {
                        await FlushAsync();
                    }
                }

                await FlushAsync();
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Ended elsewhere; the reason is known.
        }
        catch (Exception e) when (e is StompConnectionException or IOException or ObjectDisposedException)
        {
            End(e as StompConnectionException ?? new StompConnectionException($"{EndPoint}: {e.Message}", e));
        }
    }

    // False: nothing to send, and a heart-beat is due. Sent at half the interval, to be in time on a busy machine.
    private async Task<bool> WaitToSendAsync()
    {
        if (_heartBeats.Send == TimeSpan.Zero)
        {
            await _outgoing.Reader.WaitToReadAsync(_over.Token);
            return true;
        }

        using var due = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        due.CancelAfter(_heartBeats.Send / 2);
        try
        {
            await _outgoing.Reader.WaitToReadAsync(due.Token);
            return true;
        }
        catch (OperationCanceledException) when (!_over.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task FlushAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        limit.CancelAfter(_options.WriteTimeout);
        try
        {
            await _writer.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!_over.IsCancellationRequested)
        {
            throw new StompConnectionException($"{EndPoint} took nothing for {_options.WriteTimeout.TotalSeconds:0.#} s");
        }
    }
}

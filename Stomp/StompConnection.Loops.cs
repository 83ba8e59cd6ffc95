namespace Autoreduction.Stomp;

/// <summary>The loop that reads, the loop that writes, and the clock that watches both.</summary>
public sealed partial class StompConnection
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private async Task ReceiveLoopAsync()
    {
        try
        {
            while (await _reader.ReadAsync() is { IsCanceled: false } read)
            {
                _silence.Renew();
                var input = read.Buffer;
                while (_parser.TryParse(ref input, out var frame))
                {
                    Dispatch(frame);
                }

                _reader.AdvanceTo(input.Start, input.End);
                if (read.IsCompleted)
                {
                    throw new IOException("the broker closed the connection");
                }
            }
        }
        catch (StompProtocolException e)
        {
            End(e);
        }
        catch (IOException e)
        {
            End(_disconnecting ? null : Broken(e));
        }
        finally
        {
            // Whatever happened: nobody may wait for a loop that is no more.
            End(new StompConnectionException($"{EndPoint} is not read any more"));
        }
    }

    private void Dispatch(StompFrame frame)
    {
        switch (frame.Command)
        {
            case "MESSAGE":
                _lastError = null;
                _messages.Add(new StompMessage(frame));
                break;
            case "RECEIPT":
                _lastError = null;
                _receipts.Arrived(frame.Headers["receipt-id"] ?? throw new StompProtocolException("a RECEIPT without receipt-id"));
                break;
            case "ERROR":
                _lastError = new StompServerErrorException(frame);
                if (_lastError.ReceiptId is not { } id || !_receipts.TryRefuse(id, _lastError))
                {
                    // The broker closes if it was fatal. Whoever must know whether a frame took effect asked for its receipt.
                    _options.OnError?.Invoke(_lastError);
                }

                break;
            default:
                throw new StompProtocolException($"unexpected frame {frame.Command}");
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync())
            {
                while (_outgoing.Reader.TryRead(out var frame))
                {
                    if (frame is null)
                    {
                        _output.AddHeartBeat();
                        continue;
                    }

                    await _output.AddAsync(frame, Version, _over.Token);
                }

                await _output.FlushAsync(_over.Token);
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Ended elsewhere; the reason is known.
        }
        catch (StompConnectionException)
        {
            // Ended elsewhere too: it is what the queue was closed with.
        }
        catch (IOException e)
        {
            // What the broker said before it closed is the better reason, and may still have to be read.
            await Task.WhenAny(_closed.Task, Task.Delay(LastWords));
            End(Broken(e));
        }
        finally
        {
            if (!_disconnecting)
            {
                End(new StompConnectionException($"{EndPoint} is not written to any more"));
            }
        }
    }

    // What takes too long is found here and not where it is waited for: one timer serves all, and costs them nothing.
    private async Task WatchLoopAsync()
    {
        var receiptTicks = Patience.TicksOf(_options.ReceiptTimeout, _clock.Period);
        while (await _clock.WaitForNextTickAsync())
        {
            if (_silence.RunsOut())
            {
                End(new($"{EndPoint}: no heart-beat for {_heartBeats.ReceiveLimitFor(_options).TotalSeconds:0.#} s"));
            }
            else if (_output.IsBlocked())
            {
                End(new($"{EndPoint} took nothing for {_options.WriteTimeout.TotalSeconds:0.#} s"));
            }
            else if (_receipts.Overdue(receiptTicks) is { } command)
            {
                // Whether it took effect can't be known; on another connection it will show.
                End(new($"{EndPoint}: no receipt for {command} within {_options.ReceiptTimeout.TotalSeconds:0.#} s"));
            }
            else if (_heartBeats.Send > TimeSpan.Zero && _output.WasQuiet())
            {
                _outgoing.Writer.TryWrite(null);
            }
        }
    }

    private StompConnectionException Broken(Exception e) => _lastError is { } error
        ? new($"{EndPoint} closed the connection; {error.Message}", error)
        : new($"{EndPoint}: {e.Message}", e);
}

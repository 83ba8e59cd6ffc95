using System.IO.Pipelines;
using System.Threading.Channels;

namespace Autoreduction.Stomp;

/// <summary>One connection to one broker, from CONNECT to its end. It doesn't come back: make another one.</summary>
/// <remarks>
/// Constraints. A write that succeeds proves nothing: a stopped broker's kernel takes megabytes. A peer that doesn't read
/// must not block whoever wants to close. An ERROR frame need not end the connection: ActiveMQ goes on after most.
///
/// Scheme. One loop reads, one writes; senders only enqueue. One clock ticks for all limits of time. The first failure is the reason: it stops both loops, and
/// everybody who waits, and everybody who comes later, gets it. This file is the life of a connection; .Loops the two
/// loops, .Frames what users send.
/// </remarks>
public sealed partial class StompConnection : IAsyncDisposable
{
    private const int OutgoingFrames = 1000;
    private readonly StompConnectionOptions _options;
    private readonly Stream _stream;
    private readonly FrameParser _parser;
    private readonly PipeReader _reader;

    // Null is a heart-beat.
    private readonly Channel<StompFrame?> _outgoing = Channel.CreateBounded<StompFrame?>(new BoundedChannelOptions(OutgoingFrames) { SingleReader = true });
    private readonly MessageBuffer _messages;
    private readonly PendingReceipts _receipts;
    private readonly TaskCompletionSource<StompConnectionException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Cancelled by: the first failure, the broker's end of stream, DISCONNECT's receipt, DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private readonly HeartBeats _heartBeats;
    private readonly PeriodicTimer _clock;
    private readonly Patience _silence;
    private readonly StompOutput _output;
    private readonly Task _loops;
    private volatile bool _disconnecting;

    // What the broker complained of last, if it has said nothing else since.
    private volatile StompServerErrorException? _lastError;

    private StompConnection(BrokerEndPoint endPoint, StompConnectionOptions options, Stream stream, PendingReceipts receipts, StompHandshake handshake)
    {
        (EndPoint, _options, _stream, _receipts) = (endPoint, options, stream, receipts);
        (_reader, _parser, Version, _heartBeats) = (handshake.Reader, handshake.Parser, handshake.Version, handshake.HeartBeats);
        (Server, SessionId) = (handshake.Connected.Headers["server"], handshake.Connected.Headers["session"]);
        _messages = new MessageBuffer(options.Limits);
        _clock = new PeriodicTimer(_heartBeats.TickFor(options));
        _silence = new Patience(_heartBeats.ReceiveLimitFor(options), _clock.Period);
        _output = new StompOutput(stream, new Patience(options.WriteTimeout, _clock.Period));
        _loops = Task.WhenAll(Task.Run(ReceiveLoopAsync), Task.Run(SendLoopAsync), WatchLoopAsync());
    }

    /// <summary>The broker.</summary>
    public BrokerEndPoint EndPoint { get; }

    /// <summary>The version that was agreed on.</summary>
    public StompVersion Version { get; }

    /// <summary>What the broker calls itself; null where it doesn't.</summary>
    public string? Server { get; }

    /// <summary>The broker's name of the session; null where it has none.</summary>
    public string? SessionId { get; }

    /// <summary>Messages of all subscriptions, in order. When the connection is over, what is left can be taken; then reading throws the reason.</summary>
    public ChannelReader<StompMessage> Messages => _messages;

    /// <summary>Completes when the connection is over: with the first failure, or null after DISCONNECT.</summary>
    public Task<StompConnectionException?> Closed => _closed.Task;

    /// <summary>Connects, and agrees on version and heart-beats.</summary>
    /// <exception cref="StompConnectionException">The broker can't be reached, or speaks no STOMP.</exception>
    /// <exception cref="StompServerErrorException">The broker refused, as for a wrong login.</exception>
    public static async Task<StompConnection> ConnectAsync(
        BrokerEndPoint endPoint, StompConnectionOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        try
        {
            var receipts = new PendingReceipts();
            var stream = await StompTransport.OpenAsync(endPoint, options.CaFilePath, () => receipts.AreMany, limit.Token);
            try
            {
                var handshake = await StompHandshake.MakeAsync(endPoint, options, stream, limit.Token);
                return new StompConnection(endPoint, options, stream, receipts, handshake);
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StompConnectionException($"{endPoint} did not answer within {options.ConnectTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new StompConnectionException($"{endPoint}: {e.Message}", e);
        }
    }

    /// <summary>Ends the session in order: returns when the broker has confirmed that it got everything.</summary>
    /// <exception cref="StompConnectionException">It broke before.</exception>
    public async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        // STOMP 1.2, "DISCONNECT": the client must not send any more frames after it; the broker may close after the receipt.
        var (id, arrived) = _receipts.Ask("DISCONNECT");
        await EnqueueAsync(StompFrame.Of("DISCONNECT", new StompHeader("receipt", id)), cancellationToken);
        _disconnecting = true;
        _outgoing.Writer.TryComplete(new StompConnectionException("disconnected"));
        await arrived.WaitAsync(cancellationToken);
        End(null);
    }

    /// <summary>Closes at once. What the broker didn't confirm may or may not have reached it.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new StompConnectionException("closed here"));
        await _loops;
        await _reader.CompleteAsync();
        await _stream.DisposeAsync();
        _over.Dispose();
    }

    // Once; what comes later is noise.
    private void End(StompConnectionException? reason)
    {
        if (!_closed.TrySetResult(reason))
        {
            return;
        }

        var failure = reason ?? new StompConnectionException("disconnected");
        _outgoing.Writer.TryComplete(failure);
        _messages.Complete(reason);
        _receipts.FailAll(failure);
        _clock.Dispose();
        _reader.CancelPendingRead();
        _over.Cancel();
    }
}

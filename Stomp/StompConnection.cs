using System.Globalization;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Autoreduction.Stomp;

/// <summary>One connection to one broker, from CONNECT to its end. It doesn't come back: make another one.</summary>
/// <remarks>
/// Constraints. A write that succeeds proves nothing: a stopped broker's kernel takes megabytes. A peer that doesn't read
/// must not block whoever wants to close. An ERROR frame doesn't end the connection.
///
/// Scheme. One loop reads, one writes; senders only enqueue. The first failure is the reason: it stops both loops, and
/// everybody who waits, and everybody who comes later, gets it. This file is the life of a connection; .Loops the two
/// loops, .Frames what users send.
/// </remarks>
public sealed partial class StompConnection : IAsyncDisposable
{
    private readonly StompConnectionOptions _options;
    private readonly Stream _stream;
    private readonly FrameParser _parser;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly Channel<StompFrame> _outgoing = Channel.CreateUnbounded<StompFrame>(new() { SingleReader = true });
    private readonly Channel<StompMessage> _messages;
    private readonly PendingReceipts _receipts = new();
    private readonly TaskCompletionSource<StompConnectionException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Cancelled by: the first failure, the broker's end of stream, DISCONNECT's receipt, DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private HeartBeats _heartBeats;
    private Task _loops = Task.CompletedTask;
    private bool _disconnecting;

    private StompConnection(BrokerEndPoint endPoint, StompConnectionOptions options, Stream stream)
    {
        (EndPoint, _options, _stream) = (endPoint, options, stream);
        _parser = new FrameParser(options.Limits);
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 << 10));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 32 << 10));
        _messages = Channel.CreateBounded<StompMessage>(options.Limits.BufferedMessages);
    }

    /// <summary>The broker.</summary>
    public BrokerEndPoint EndPoint { get; }

    /// <summary>The version that was agreed on.</summary>
    public StompVersion Version { get; private set; }

    /// <summary>What the broker calls itself; null where it doesn't.</summary>
    public string? Server { get; private set; }

    /// <summary>The broker's name of the session; null where it has none.</summary>
    public string? SessionId { get; private set; }

    /// <summary>Messages of all subscriptions, in order. Completes when the connection is over.</summary>
    public ChannelReader<StompMessage> Messages => _messages.Reader;

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
            var stream = await StompTransport.OpenAsync(endPoint, options.CaFilePath, limit.Token);
            var connection = new StompConnection(endPoint, options, stream);
            try
            {
                await connection.HandshakeAsync(limit.Token);
                return connection;
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
        _disconnecting = true;
        await ConfirmAsync("DISCONNECT", [], ReadOnlyMemory<byte>.Empty, cancellationToken);
        End(null);
    }

    /// <summary>Closes at once. What the broker didn't confirm may or may not have reached it.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new StompConnectionException("closed here"));
        await _loops;
        await _stream.DisposeAsync();
        _over.Dispose();
    }

    private async Task HandshakeAsync(CancellationToken cancellationToken)
    {
        var beat = ((long)_options.HeartBeat.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var headers = new List<StompHeader>
        {
            new("accept-version", "1.0,1.1,1.2"),
            new("host", _options.VirtualHost ?? EndPoint.Host),
            new("heart-beat", $"{beat},{beat}"),
        };
        if (_options.Login is { } login)
        {
            headers.Add(new("login", login));
        }

        if (_options.Passcode is { } passcode)
        {
            headers.Add(new("passcode", passcode));
        }

        FrameWriter.Write(_writer, StompFrame.Of("CONNECT", headers), StompVersion.V10);
        await _writer.FlushAsync(cancellationToken);
        var answer = await ReadFrameAsync(cancellationToken);
        if (answer.Command == "ERROR")
        {
            throw new StompServerErrorException(answer);
        }

        Version = answer.Command == "CONNECTED"
            ? VersionOf(answer.Headers["version"])
            : throw new StompProtocolException($"the answer to CONNECT was {answer.Command}");
        _parser.Version = Version;
        (Server, SessionId) = (answer.Headers["server"], answer.Headers["session"]);
        _heartBeats = HeartBeats.Agree(_options.HeartBeat, answer.Headers["heart-beat"]);
        _loops = Task.WhenAll(ReceiveLoopAsync(), SendLoopAsync());
    }

    // No version header: STOMP 1.0.
    private static StompVersion VersionOf(string? version) => version switch
    {
        null or "1.0" => StompVersion.V10,
        "1.1" => StompVersion.V11,
        "1.2" => StompVersion.V12,
        _ => throw new StompProtocolException($"the broker chose version {version}, which was not offered"),
    };

    // Once; what comes later is noise.
    private void End(StompConnectionException? reason)
    {
        if (!_closed.TrySetResult(reason))
        {
            return;
        }

        var failure = reason ?? new StompConnectionException("disconnected");
        _outgoing.Writer.TryComplete(failure);
        _messages.Writer.TryComplete(reason);
        _receipts.FailAll(failure);
        _over.Cancel();
    }
}

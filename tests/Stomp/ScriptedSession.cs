using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>One connection as a <see cref="ScriptedBroker"/> sees it.</summary>
internal sealed class ScriptedSession : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly FrameParser _parser = new(new StompLimits());

    private ScriptedSession(TcpClient client, Stream stream, int number, CancellationToken over)
    {
        (_client, _stream, Number, Over) = (client, stream, number, over);
        _reader = PipeReader.Create(stream);
    }

    /// <summary>1 for the first connection to the broker.</summary>
    public int Number { get; }

    /// <summary>Cancelled when the test is over.</summary>
    public CancellationToken Over { get; }

    public static async Task<ScriptedSession> OpenAsync(TcpClient client, int number, X509Certificate2? certificate, CancellationToken over)
    {
        client.NoDelay = true;
        if (certificate is null)
        {
            return new(client, client.GetStream(), number, over);
        }

        var secure = new SslStream(client.GetStream());
        try
        {
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, over);
            return new(client, secure, number, over);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes CONNECT and answers it; the CONNECT.</summary>
    public async Task<StompFrame> WelcomeAsync(string version = "1.2", string heartBeat = "0,0")
    {
        var connect = await ExpectAsync("CONNECT");
        await SendAsync("CONNECTED", ("version", version), ("heart-beat", heartBeat));
        _parser.Version = version switch { "1.0" => StompVersion.V10, "1.1" => StompVersion.V11, _ => StompVersion.V12 };
        return connect;
    }

    /// <summary>The next frame, which must be a <paramref name="command"/>.</summary>
    public async Task<StompFrame> ExpectAsync(string command)
    {
        var frame = await ReadAsync();
        return frame.Command == command ? frame : throw new AssertionException($"expected {command}, got {frame.Command}");
    }

    /// <summary>The next frame that asks for a receipt, which it gets.</summary>
    public async Task<StompFrame> ConfirmAsync(string command)
    {
        var frame = await ExpectAsync(command);
        await ReceiptAsync(frame);
        return frame;
    }

    public Task ReceiptAsync(StompFrame frame) => SendAsync("RECEIPT", ("receipt-id", frame.Headers["receipt"]!));

    /// <summary>The next frame.</summary>
    /// <exception cref="EndOfStreamException">The client closed.</exception>
    public async Task<StompFrame> ReadAsync()
    {
        while (true)
        {
            var read = await _reader.ReadAsync(Over);
            var input = read.Buffer;
            var whole = _parser.TryParse(ref input, out var frame);
            _reader.AdvanceTo(input.Start, whole ? input.Start : input.End);
            if (whole)
            {
                return frame;
            }

            if (read.IsCompleted)
            {
                throw new EndOfStreamException();
            }
        }
    }

    /// <summary>Whether the client closes, and sends no other frame before.</summary>
    public async Task<bool> IsAtEndAsync()
    {
        try
        {
            await ReadAsync();
            return false;
        }
        catch (EndOfStreamException)
        {
            return true;
        }
    }

    /// <summary>The next byte, be it of a frame or not.</summary>
    public async Task<byte> ReadByteAsync()
    {
        var read = await _reader.ReadAtLeastAsync(1, Over);
        var first = read.Buffer.Length > 0 ? read.Buffer.FirstSpan[0] : throw new EndOfStreamException();
        _reader.AdvanceTo(read.Buffer.GetPosition(1));
        return first;
    }

    public Task SendAsync(string command, params (string Name, string Value)[] headers) => SendAsync(command, default(ReadOnlyMemory<byte>), headers);

    public Task SendAsync(string command, ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers)
    {
        var frame = new StompFrame(command, new StompHeaders(headers.Select(header => new StompHeader(header.Name, header.Value))), body);
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, frame, _parser.Version);
        return SendRawAsync(output.WrittenMemory);
    }

    /// <summary>A MESSAGE for <paramref name="subscription"/>, named and to be acknowledged by its <paramref name="number"/>.</summary>
    public Task MessageAsync(string subscription, int number, string body)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        return SendAsync("MESSAGE", Encoding.UTF8.GetBytes(body), ("subscription", subscription), ("message-id", name), ("destination", "/queue/q"), ("ack", name));
    }

    public Task SendRawAsync(string text) => SendRawAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, Over);

    /// <summary>Neither reads nor writes, until the test is over.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, Over);

    /// <summary>Reads and throws away until the client closes.</summary>
    public Task DrainAsync() => _stream.CopyToAsync(Stream.Null, Over);

    /// <summary>Breaks the connection with RST.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new(enable: true, seconds: 0);
        _client.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }
}

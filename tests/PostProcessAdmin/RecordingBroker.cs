using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>The far side of a status reporter: confirms and records what is sent to it.</summary>
internal sealed class RecordingBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, Task> _clients = [];
    private readonly Channel<StompFrame> _sent = Channel.CreateUnbounded<StompFrame>();
    private readonly Task _accepting;
    private bool _isClosed;

    public RecordingBroker()
    {
        _listener.Start();
        Uri = $"stomp:tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Uri { get; }

    /// <summary>Whether it confirms what it is sent.</summary>
    public bool Confirms { get; set; } = true;

    /// <summary>Called with each frame that comes, before it is answered.</summary>
    public Action<StompFrame> Received { get; set; } = _ => { };

    /// <summary>How often DISCONNECT came.</summary>
    public int Goodbyes { get; private set; }

    /// <summary>The next status message.</summary>
    public async Task<(string Destination, JsonObject Body, StompHeaders Headers)> NextAsync(CancellationToken cancellationToken)
    {
        var frame = await _sent.Reader.ReadAsync(cancellationToken);
        return (frame.Headers["destination"]!, JsonNode.Parse(frame.Body.Span)!.AsObject(), frame.Headers);
    }

    /// <summary>Whether nothing more was sent, or what was not committed.</summary>
    public bool IsEmpty => _sent.Reader.Count == 0;

    /// <summary>From now on nobody can connect, and who is connected is not any more.</summary>
    public void Close()
    {
        _isClosed = true;
        _listener.Stop();
        Drop();
    }

    /// <summary>Breaks every connection; new ones are taken.</summary>
    public void Drop()
    {
        foreach (var client in _clients.Keys)
        {
            client.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _accepting;
        await Task.WhenAll(_clients.Values);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _clients[client] = ServeAsync(client);
            }
        }
        catch (Exception e) when (_isClosed && e is SocketException or InvalidOperationException)
        {
            // Closed by the test.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await ServeAsync(PipeReader.Create(client.GetStream()), PipeWriter.Create(client.GetStream()));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // The other side was killed, or the test closed the connection.
        }
    }

    private async Task ServeAsync(PipeReader reader, PipeWriter writer)
    {
        var parser = new FrameParser(new StompLimits());
        var uncommitted = new List<StompFrame>();
        while (true)
        {
            var read = await reader.ReadAsync();
            var input = read.Buffer;
            while (parser.TryParse(ref input, out var frame))
            {
                Received(frame);
                Take(frame, uncommitted);
                foreach (var answer in Answers(frame, parser))
                {
                    FrameWriter.Write(writer, answer, parser.Version);
                }

                await writer.FlushAsync();
            }

            reader.AdvanceTo(input.Start, input.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    // What is sent in a transaction counts when that is committed. There is one at a time.
    private void Take(StompFrame frame, List<StompFrame> uncommitted)
    {
        if (frame.Command == "SEND")
        {
            uncommitted.Add(frame);
        }

        if (frame.Command == "COMMIT" || (frame.Command == "SEND" && frame.Headers["transaction"] is null))
        {
            uncommitted.ForEach(sent => _sent.Writer.TryWrite(sent));
            uncommitted.Clear();
        }
    }

    private IEnumerable<StompFrame> Answers(StompFrame frame, FrameParser parser)
    {
        if (frame.Command is "CONNECT" or "STOMP")
        {
            parser.Version = StompVersion.V12;
            yield return StompFrame.Of("CONNECTED", new StompHeader("version", "1.2"), new StompHeader("heart-beat", "0,0"));
            yield break;
        }

        Goodbyes += frame.Command == "DISCONNECT" ? 1 : 0;
        if (Confirms && frame.Headers["receipt"] is { } receipt)
        {
            yield return StompFrame.Of("RECEIPT", new StompHeader("receipt-id", receipt));
        }
    }
}

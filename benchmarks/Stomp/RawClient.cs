using System.Net.Sockets;
using System.Text;

namespace Autoreduction.StompBenchmarks;

/// <summary>
/// The least that a client can do: frames that were made before, and of what comes only what tells that the work is done.
/// It decodes nothing, checks nothing, keeps no message, and would take a body for a header if that looked like one.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private const int BatchBytes = 64 << 10;
    private const int LongestAck = 200;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _input = new byte[256 << 10];

    public static Task<Func<Task>> BeginAsync(int port, string queue, Load load)
    {
        var client = new RawClient();
        client._socket.Connect("127.0.0.1", port);
        client._socket.Send("CONNECT\naccept-version:1.2\nhost:localhost\nheart-beat:0,0\n\n\0"u8);
        client.Await(1);
        return Task.FromResult<Func<Task>>(() => Task.Run(() => client.Work(queue, load)));
    }

    public void Dispose() => _socket.Dispose();

    private void Work(string queue, Load load)
    {
        using (this)
        {
            var missing = load.Consumes ? Consume(queue, load) : Send(queue, load);
            _socket.Send("DISCONNECT\nreceipt:bye\n\n\0"u8);
            Await(missing + 1);
        }
    }

    // Each frame asks for the same receipt: they are only counted.
    private int Send(string queue, Load load)
    {
        var head = $"SEND\ndestination:{queue}\nreceipt:r\npersistent:true\ncontent-type:application/json\ncontent-length:{load.BodyBytes}\n\n";
        byte[] frame = [.. Encoding.ASCII.GetBytes(head), .. Enumerable.Repeat((byte)'x', load.BodyBytes), 0];
        var inBatch = Math.Clamp(BatchBytes / frame.Length, 1, load.Count);
        byte[] batch = [.. Enumerable.Repeat(frame, inBatch).SelectMany(bytes => bytes)];
        var confirmed = Task.Run(() => Await(load.Count));
        for (var left = load.Count; left > 0; left -= inBatch)
        {
            _socket.Send(batch.AsSpan(0, Math.Min(left, inBatch) * frame.Length));
        }

        confirmed.Wait();
        return 0;
    }

    // How many messages have not come to their end.
    private int Consume(string queue, Load load)
    {
        _socket.Send(Encoding.ASCII.GetBytes(
            $"SUBSCRIBE\nid:s\ndestination:{queue}\nack:client-individual\ncount:{load.Count}\nsize:{load.BodyBytes}\n\n\0"));
        var acks = new MemoryStream();
        var (filled, found, ended) = (0, 0, 0);
        while (found < load.Count)
        {
            var received = Receive(filled);
            ended += _input.AsSpan(filled, received).Count((byte)0);
            filled += received;
            var input = _input.AsSpan(0, filled);
            while (input.IndexOf("\nack:"u8) is var at and >= 0 && input[(at + 1)..].IndexOf((byte)'\n') is var length and >= 0)
            {
                acks.Write("ACK\nid:"u8);
                acks.Write(input.Slice(at + 5, length - 4));
                acks.Write("\n\n\0"u8);
                input = input[(at + 1 + length)..];
                found++;
            }

            // A header that is cut may be completed by what comes.
            input = input[^Math.Min(input.Length, LongestAck)..];
            input.CopyTo(_input);
            filled = input.Length;
            _socket.Send(acks.GetBuffer().AsSpan(0, (int)acks.Length));
            acks.SetLength(0);
        }

        return load.Count - ended;
    }

    // So many ends of frames: bodies here have no NUL.
    private void Await(int frames)
    {
        while (frames > 0)
        {
            frames -= _input.AsSpan(0, Receive(0)).Count((byte)0);
        }
    }

    private int Receive(int from) =>
        _socket.Receive(_input.AsSpan(from)) is var count and > 0 ? count : throw new IOException("the peer closed the connection");
}

using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Autoreduction.StompBenchmarks;

/// <summary>
/// One connection to a <see cref="Peer"/>. It does as little as it can: it looks for the NUL behind each frame (no body has
/// one) and for the receipt header. SUBSCRIBE names how many messages of what size it wants.
/// </summary>
internal sealed class PeerSession(Socket socket)
{
    private const int BufferBytes = 1 << 20;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly ArrayBufferWriter<byte> _answers = new(1 << 16);
    private Task _pump = Task.CompletedTask;

    public async Task ServeAsync()
    {
        var (filled, scanned) = (0, 0);
        while (await socket.ReceiveAsync(_buffer.AsMemory(filled)) is var read and > 0)
        {
            filled += read;
            var taken = 0;
            while (_buffer.AsSpan(scanned, filled - scanned).IndexOf((byte)0) is var length and >= 0)
            {
                Take(_buffer.AsSpan(taken, scanned + length - taken));
                taken = scanned += length + 1;
            }

            _buffer.AsSpan(taken, filled - taken).CopyTo(_buffer);
            (filled, scanned) = (filled - taken, filled - taken);
            if (_answers.WrittenCount > 0)
            {
                await socket.SendAsync(_answers.WrittenMemory);
                _answers.ResetWrittenCount();
            }
        }

        await _pump;
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        frame = frame.TrimStart("\n"u8);
        if (frame.StartsWith("CONNECT\n"u8) || frame.StartsWith("STOMP\n"u8))
        {
            _answers.Write("CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0\n"u8);
        }
        else if (Header(frame, "\nreceipt:"u8) is { Length: > 0 } receipt)
        {
            _answers.Write("RECEIPT\nreceipt-id:"u8);
            _answers.Write(receipt);
            _answers.Write("\n\n\0\n"u8);
        }

        if (frame.StartsWith("SUBSCRIBE\n"u8))
        {
            var (count, size) = (Number(Header(frame, "\ncount:"u8)), Number(Header(frame, "\nsize:"u8)));
            _pump = Task.Run(() => PumpAsync(count, size));
        }
    }

    private async Task PumpAsync(int count, int size)
    {
        var output = new ArrayBufferWriter<byte>(1 << 18);
        var body = new byte[size];
        body.AsSpan().Fill((byte)'x');
        for (var i = 0; i < count; i++)
        {
            var head = $"MESSAGE\nack:ID\\cpeer-40123-1700000000000-2\\c{i}\nexpires:0\ndestination:/queue/q\nsubscription:s\npriority:4\n"
                + $"message-id:ID\\cpeer-40123-1700000000000-4\\c1\\c1\\c1\\c{i}\npersistent:true\ncontent-type:application/json\n"
                + $"timestamp:1700000000{i % 1000:000}\ncontent-length:{size}\n\n";
            output.Advance(Encoding.ASCII.GetBytes(head, output.GetSpan(head.Length)));
            output.Write(body);
            output.Write("\0\n"u8);
            if (output.WrittenCount > 1 << 17 || i == count - 1)
            {
                await socket.SendAsync(output.WrittenMemory);
                output.ResetWrittenCount();
            }
        }
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name)
    {
        var head = frame[..Math.Min(frame.Length, 1024)];
        var at = head.IndexOf(name);
        return at < 0 ? default : head[(at + name.Length)..(at + name.Length + head[(at + name.Length)..].IndexOf((byte)'\n'))];
    }

    private static int Number(ReadOnlySpan<byte> text) => int.Parse(text, CultureInfo.InvariantCulture);
}

using System.Buffers;

namespace Autoreduction.Stomp;

/// <summary>
/// Gathers frames into writes, and knows how long the peer has taken nothing. Used by one loop; only
/// <see cref="IsBlocked"/> and <see cref="WasQuiet"/> are for others.
/// </summary>
internal sealed class StompOutput(Stream stream, Patience patience)
{
    // So much is gathered, and so much of a long body goes into one write: the peer's patience is for that.
    private const int Gathered = 64 << 10;
    private const int Chunk = 256 << 10;

    // Copying more than this costs more than one more write.
    private const int Copied = 16 << 10;
    private readonly ArrayBufferWriter<byte> _buffer = new(Gathered + (16 << 10));
    private volatile bool _isWriting;
    private volatile bool _wasWritten;

    /// <summary>Whether the peer has taken nothing for too long. Asked with each tick.</summary>
    public bool IsBlocked()
    {
        if (_isWriting)
        {
            return patience.RunsOut();
        }

        patience.Renew();
        return false;
    }

    /// <summary>Whether nothing was written since this was asked last.</summary>
    public bool WasQuiet()
    {
        var quiet = !_wasWritten;
        _wasWritten = false;
        return quiet;
    }

    /// <summary>Takes a frame; writes when there is enough to write.</summary>
    public async ValueTask AddAsync(StompFrame frame, StompVersion version, CancellationToken cancellationToken)
    {
        FrameWriter.WriteHead(_buffer, frame, version);

        // A long body begins in the write of its head, and the rest is not copied.
        var start = frame.Body.Length <= Copied ? frame.Body.Length : Math.Max(Copied - _buffer.WrittenCount, 0);
        _buffer.Write(frame.Body.Span[..start]);
        if (start < frame.Body.Length)
        {
            await FlushAsync(cancellationToken);
            await WriteAsync(frame.Body[start..], cancellationToken);
        }

        _buffer.Write(FrameWriter.End);
        if (_buffer.WrittenCount >= Gathered)
        {
            await FlushAsync(cancellationToken);
        }
    }

    // STOMP 1.2, "Heart-beating": an end of line when there is no real frame to send.
    public void AddHeartBeat() => _buffer.Write("\n"u8);

    /// <summary>Writes what was taken.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Chunk, bytes.Length)..])
        {
            patience.Renew();
            _isWriting = true;
            await stream.WriteAsync(bytes[..Math.Min(Chunk, bytes.Length)], cancellationToken);
            (_isWriting, _wasWritten) = (false, true);
        }
    }
}

using System.Buffers;
using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>
/// Reads frames from bytes, however they are sliced. Knows no stream. Keeps what it has of a frame that is not complete, so
/// that nothing is looked at again with the next slice. After an exception it is of no more use.
/// </summary>
internal sealed class FrameParser(StompLimits limits)
{
    // Memory for a longer body grows with what has come, not with what was announced.
    private const int BodyAtOnce = 1 << 20;
    private readonly HeaderReader _headerReader = new();
    private readonly List<StompHeader> _headers = [];
    private string? _command;
    private int _headBytes;
    private int _contentLength = -1;
    private bool _inBody;
    private long _scanned;
    private byte[] _body = [];
    private int _taken;

    /// <summary>The version that was negotiated; until then headers are not unescaped.</summary>
    public StompVersion Version { get; set; } = StompVersion.V10;

    /// <summary>Takes the next frame off <paramref name="input"/>; false where it isn't complete.</summary>
    /// <exception cref="StompProtocolException">That can't become a frame any more.</exception>
    public bool TryParse(ref ReadOnlySequence<byte> input, out StompFrame frame)
    {
        frame = null!;
        while (!_inBody)
        {
            input = input.Slice(TakeLines(input.FirstSpan));
            if (!_inBody && !TryTakeSplitLine(ref input))
            {
                return false;
            }
        }

        return TryReadBody(ref input, out frame);
    }

    // Up to the end of the head, or of the last line in the span; how much that was.
    private int TakeLines(ReadOnlySpan<byte> span)
    {
        var taken = 0;
        while (!_inBody && span[taken..].IndexOf((byte)'\n') is var length and >= 0)
        {
            Take(span.Slice(taken, length));
            taken += length + 1;
        }

        return taken;
    }

    // A line that began in one buffer and may end in the next.
    private bool TryTakeSplitLine(ref ReadOnlySequence<byte> input)
    {
        var end = input.PositionOf((byte)'\n');
        var line = end is { } position ? input.Slice(0, position) : input;
        var limit = _command is null ? StompCommands.LongestLine : limits.HeaderLineBytes + 1;
        var copy = ArrayPool<byte>.Shared.Rent((int)Math.Min(line.Length, limit + 1));
        try
        {
            var start = copy.AsSpan(0, (int)Math.Min(line.Length, limit + 1));
            line.Slice(0, start.Length).CopyTo(start);
            if (start.Length > limit)
            {
                throw _command is null ? StompCommands.Unknown(start) : TooLong();
            }

            if (end is null)
            {
                return false;
            }

            Take(start);
            input = input.Slice(input.GetPosition(1, end.Value));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        // STOMP 1.2: a line ends with LF or CR LF.
        line = line.EndsWith((byte)'\r') ? line[..^1] : line;
        if (_command is null)
        {
            // Line ends between frames are heart-beats.
            _command = line.Length > 0 ? StompCommands.Of(line) : null;
        }
        else if (line.Length > 0)
        {
            AddHeader(line);
        }
        else
        {
            _contentLength = ContentLength();
            _inBody = true;
        }
    }

    private void AddHeader(ReadOnlySpan<byte> line)
    {
        _headBytes += line.Length;
        if (line.Length > limits.HeaderLineBytes)
        {
            throw TooLong();
        }

        if (_headers.Count >= limits.Headers || _headBytes > limits.HeadBytes)
        {
            throw new StompProtocolException($"more than {limits.Headers} headers, or {limits.HeadBytes} bytes of them");
        }

        _headers.Add(_headerReader.Read(line, StompCommands.EscapingOf(_command!, Version)));
    }

    private StompProtocolException TooLong() => new($"a header line is longer than {limits.HeaderLineBytes} bytes");

    // The first content-length counts, as with every repeated header.
    private int ContentLength()
    {
        foreach (var header in _headers)
        {
            if (header.Name == "content-length")
            {
                return int.TryParse(header.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= limits.BodyBytes
                    ? length
                    : throw new StompProtocolException($"content-length is no number up to {limits.BodyBytes}");
            }
        }

        return -1;
    }

    private bool TryReadBody(ref ReadOnlySequence<byte> input, out StompFrame frame)
    {
        frame = null!;
        var length = _contentLength >= 0 ? _contentLength : LengthToNul(input);
        if (length < 0)
        {
            return false;
        }

        if (length > 0 && !StompCommands.MayHaveBody(_command!))
        {
            throw new StompProtocolException($"a {_command} with a body");
        }

        TakeBody(ref input, length);
        if (_taken < length || input.IsEmpty)
        {
            return false;
        }

        if (input.FirstSpan[0] != 0)
        {
            throw new StompProtocolException("no NUL where content-length says that the frame ends");
        }

        frame = new(_command!, new StompHeaders(_headers.ToArray()), _body);
        input = input.Slice(1);
        _headers.Clear();
        (_command, _headBytes, _contentLength, _inBody, _scanned, _body, _taken) = (null, 0, -1, false, 0, [], 0);
        return true;
    }

    // As it comes: the peer's next bytes then find the buffer that these were in, still in the processor's cache.
    private void TakeBody(ref ReadOnlySequence<byte> input, int length)
    {
        var part = input.Slice(0, Math.Min(input.Length, length - _taken));
        var needed = _taken + (int)part.Length;
        if (_body.Length < needed)
        {
            var body = GC.AllocateUninitializedArray<byte>(Math.Min(length, Math.Max(needed, Math.Max(2 * _body.Length, BodyAtOnce))));
            _body.AsSpan(0, _taken).CopyTo(body);
            _body = body;
        }

        part.CopyTo(_body.AsSpan(_taken));
        _taken = needed;
        input = input.Slice(part.Length);
    }

    private int LengthToNul(ReadOnlySequence<byte> input)
    {
        var end = input.Slice(_scanned).PositionOf((byte)0);
        _scanned = end is { } position ? input.Slice(0, position).Length : input.Length;
        if (_scanned > limits.BodyBytes)
        {
            throw new StompProtocolException($"a body is longer than {limits.BodyBytes} bytes");
        }

        return end is null ? -1 : (int)_scanned;
    }
}

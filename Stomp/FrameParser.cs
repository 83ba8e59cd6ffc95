using System.Buffers;
using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>
/// Reads frames from bytes, however they are sliced. Knows no stream. Takes whatever it is given, and keeps what it has of a
/// frame that is not complete, so that nothing is looked at twice. After an exception it is of no more use.
/// </summary>
internal sealed class FrameParser(StompLimits limits)
{
    private const int NotAnnounced = -1;
    private readonly FrameBytes _bytes = new();

    // Of a head that comes in parts: its lines so far, and the beginning of the next.
    private readonly ArrayBufferWriter<byte> _lines = new(1 << 10);
    private readonly ArrayBufferWriter<byte> _begun = new(1 << 8);

    private string? _command;
    private StompVersion _escaping;
    private int _headers;
    private int _headBytes;
    private int _contentLength = NotAnnounced;
    private bool _inBody;

    /// <summary>The version that was negotiated; until then headers are not unescaped.</summary>
    public StompVersion Version { get; set; } = StompVersion.V10;

    /// <summary>Takes the next frame off <paramref name="input"/>; where it isn't complete, takes everything and says false.</summary>
    /// <exception cref="StompProtocolException">That can't become a frame any more.</exception>
    public bool TryParse(ref ReadOnlySequence<byte> input, out StompFrame frame)
    {
        var taken = 0L;
        foreach (var part in input)
        {
            if (TryTake(part.Span, out var length))
            {
                input = input.Slice(taken + length);
                frame = Complete();
                return true;
            }

            taken += length;
        }

        input = input.Slice(input.End);
        frame = null!;
        return false;
    }

    private bool TryTake(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = _inBody ? 0 : TakeHead(bytes);
        return _inBody && TryTakeBody(bytes, ref taken);
    }

    // Up to the end of the head, or everything; how much that was.
    private int TakeHead(ReadOnlySpan<byte> bytes)
    {
        var taken = _begun.WrittenCount > 0 ? TakeEndOfLine(bytes) : 0;
        if (!_inBody)
        {
            taken += TakeLines(bytes[taken..]);
        }

        if (!_inBody)
        {
            Begin(bytes[taken..]);
            taken = bytes.Length;
        }

        return taken;
    }

    // Of the line that began in bytes before these.
    private int TakeEndOfLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return 0;
        }

        _begun.Write(bytes[..(end + 1)]);
        TakeLines(_begun.WrittenSpan);
        _begun.ResetWrittenCount();
        return end + 1;
    }

    private void Begin(ReadOnlySpan<byte> line)
    {
        _begun.Write(line);
        if (_command is null && _begun.WrittenCount > StompCommands.LongestLine)
        {
            throw StompCommands.Unknown(_begun.WrittenSpan);
        }

        // One more: it may be the carriage return.
        if (_begun.WrittenCount > limits.HeaderLineBytes + 1)
        {
            throw TooLong();
        }
    }

    // Those that are complete, up to the end of the head; how much that was.
    private int TakeLines(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (_command is null && bytes[taken..].IndexOf((byte)'\n') is var length and >= 0)
        {
            TakeCommand(HeaderLines.WithoutReturn(bytes.Slice(taken, length)));
            taken += length + 1;
        }

        if (_command is null)
        {
            return taken;
        }

        var headers = bytes[taken..];
        var scanner = new HeadScanner(headers);
        while (!_inBody && scanner.Next())
        {
            TakeHeader(HeaderLines.WithoutReturn(headers[scanner.Start..scanner.End]), scanner.Colon - scanner.Start, scanner.IsPlain);
        }

        var lines = headers[..(scanner.End + 1)];
        if (!_inBody || _lines.WrittenCount > 0)
        {
            _lines.Write(lines);
            lines = _lines.WrittenSpan;
        }

        if (_inBody)
        {
            _bytes.Begin(lines, _contentLength);
            _lines.ResetWrittenCount();
        }

        return taken + scanner.End + 1;
    }

    // Line ends between frames are heart-beats.
    private void TakeCommand(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0)
        {
            _command = StompCommands.Of(line);
            _escaping = StompCommands.EscapingOf(_command, Version);
        }
    }

    private void TakeHeader(ReadOnlySpan<byte> line, int colon, bool isPlain)
    {
        if (line.IsEmpty)
        {
            _inBody = true;
            return;
        }

        if (line.Length > limits.HeaderLineBytes)
        {
            throw TooLong();
        }

        _headBytes += line.Length;
        if (++_headers > limits.Headers || _headBytes > limits.HeadBytes)
        {
            throw new StompProtocolException($"more than {limits.Headers} headers, or {limits.HeadBytes} bytes of them");
        }

        if (colon <= 0)
        {
            throw new StompProtocolException(colon < 0 ? "a header without a colon" : "a header without a name");
        }

        if (!isPlain)
        {
            HeaderEscaping.Check(line, _escaping);
        }

        // The first content-length counts, as with every repeated header.
        if (_contentLength == NotAnnounced && line[..colon].SequenceEqual("content-length"u8))
        {
            _contentLength = ContentLength(line[(colon + 1)..]);
        }
    }

    private StompProtocolException TooLong() => new($"a header line is longer than {limits.HeaderLineBytes} bytes");

    private int ContentLength(ReadOnlySpan<byte> value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= limits.BodyBytes
            ? length
            : throw new StompProtocolException($"content-length is no number up to {limits.BodyBytes}");

    // Up to the NUL behind it, which shows that it is complete, or everything.
    private bool TryTakeBody(ReadOnlySpan<byte> bytes, ref int taken)
    {
        bytes = bytes[taken..];
        var end = _contentLength >= 0 ? _contentLength - _bytes.BodyLength : bytes.IndexOf((byte)0);
        var isLast = end >= 0 && end < bytes.Length;
        var part = isLast ? bytes[..end] : bytes;
        var length = Math.Max(_contentLength, _bytes.BodyLength + part.Length);
        if (length > limits.BodyBytes)
        {
            throw new StompProtocolException($"a body is longer than {limits.BodyBytes} bytes");
        }

        if (length > 0 && !StompCommands.MayHaveBody(_command!))
        {
            throw new StompProtocolException($"a {_command} with a body");
        }

        _bytes.Add(part);
        if (isLast && bytes[end] != 0)
        {
            throw new StompProtocolException("no NUL where content-length says that the frame ends");
        }

        taken += part.Length + (isLast ? 1 : 0);
        return isLast;
    }

    private StompFrame Complete()
    {
        var (head, body) = _bytes.Take();
        var frame = new StompFrame(_command!, new StompHeaders(head, _headers, _escaping), body);
        (_command, _headers, _headBytes, _contentLength, _inBody) = (null, 0, 0, NotAnnounced, false);
        return frame;
    }
}

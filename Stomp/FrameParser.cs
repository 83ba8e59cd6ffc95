using System.Buffers;
using System.Globalization;
using System.Text;

namespace Autoreduction.Stomp;

/// <summary>
/// Reads frames from bytes, however they are sliced. Knows no stream. Remembers the head of a frame whose body is not
/// complete, so that a large body is not looked at again with every slice.
/// </summary>
internal sealed class FrameParser(StompLimits limits)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private string? _command;
    private List<StompHeader> _headers = [];
    private int _contentLength = -1;
    private bool _inBody;
    private long _scanned;

    /// <summary>The version that was negotiated; until then headers are not unescaped.</summary>
    public StompVersion Version { get; set; } = StompVersion.V10;

    /// <summary>Takes the next frame off <paramref name="input"/>; false where it isn't complete.</summary>
    /// <exception cref="StompProtocolException">That can't become a frame any more.</exception>
    public bool TryParse(ref ReadOnlySequence<byte> input, out StompFrame frame)
    {
        frame = null!;
        while (!_inBody)
        {
            if (!TryReadLine(ref input, out var line))
            {
                return false;
            }

            Take(line);
        }

        return TryReadBody(ref input, out frame);
    }

    private void Take(string line)
    {
        if (_command is null)
        {
            // Line ends between frames are heart-beats.
            _command = line.Length > 0 ? line : null;
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

    private bool TryReadLine(ref ReadOnlySequence<byte> input, out string line)
    {
        var limit = _command is null ? limits.CommandBytes : limits.HeaderLineBytes;
        line = "";
        if (input.PositionOf((byte)'\n') is not { } end)
        {
            return input.Length <= limit ? false : throw new StompProtocolException($"a line is longer than {limit} bytes");
        }

        var bytes = input.Slice(0, end);
        input = input.Slice(input.GetPosition(1, end));
        if (bytes.Length > limit)
        {
            throw new StompProtocolException($"a line is longer than {limit} bytes");
        }

        try
        {
            line = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new StompProtocolException("a header is not UTF-8");
        }

        // STOMP 1.2: a line ends with LF or CR LF.
        line = line.EndsWith('\r') ? line[..^1] : line;
        return line.Contains('\0') ? throw new StompProtocolException("NUL in the head of a frame") : true;
    }

    private void AddHeader(string line)
    {
        var colon = line.IndexOf(':');
        if (colon < 0)
        {
            throw new StompProtocolException("a header without a colon");
        }

        if (_headers.Count >= limits.Headers)
        {
            throw new StompProtocolException($"more than {limits.Headers} headers");
        }

        var escaping = _command is "CONNECTED" or "CONNECT" or "STOMP" ? StompVersion.V10 : Version;
        _headers.Add(new(HeaderEscaping.Unescape(line[..colon], escaping), HeaderEscaping.Unescape(line[(colon + 1)..], escaping)));
    }

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
        if (length < 0 || input.Length <= length)
        {
            return false;
        }

        if (input.Slice(length).FirstSpan[0] != 0)
        {
            throw new StompProtocolException("no NUL where content-length says that the frame ends");
        }

        frame = new(_command!, new StompHeaders(_headers), input.Slice(0, length).ToArray());
        input = input.Slice(length + 1);
        (_command, _headers, _contentLength, _inBody, _scanned) = (null, [], -1, false, 0);
        return true;
    }

    private long LengthToNul(ReadOnlySequence<byte> input)
    {
        if (input.Slice(_scanned).PositionOf((byte)0) is { } end)
        {
            return input.Slice(0, end).Length;
        }

        _scanned = input.Length;
        return _scanned <= limits.BodyBytes ? -1 : throw new StompProtocolException($"a body is longer than {limits.BodyBytes} bytes");
    }
}

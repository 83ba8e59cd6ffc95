using System.Buffers;
using System.Text;

namespace Autoreduction.Stomp;

/// <summary>Escapes of header names and values. STOMP 1.0 has none, 1.1 has \n \c \\, 1.2 also \r; CONNECT and CONNECTED never.</summary>
internal static class HeaderEscaping
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Special = SearchValues.Create("\\\n\r:\0");

    // What is neither of these is ASCII that stands for itself.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create([0, (byte)'\\', .. Enumerable.Range(0x80, 0x80).Select(octet => (byte)octet)]);

    /// <summary>Whether a frame may carry the headers.</summary>
    /// <exception cref="ArgumentException">The version has no way to say one of them; silence would forge headers.</exception>
    public static void Check(StompHeaders headers, StompVersion version)
    {
        foreach (var (name, value) in headers.Span)
        {
            Check(name, version);
            Check(value, version);
            if (name.Length == 0 || (version == StompVersion.V10 && name.Contains(':')))
            {
                throw new ArgumentException($"\"{name}\" can't be the name of a header");
            }
        }
    }

    /// <summary>Writes a name or value; the number of bytes. At most three for each character are needed.</summary>
    public static int Escape(ReadOnlySpan<char> text, StompVersion version, Span<byte> output)
    {
        var written = 0;
        while (version != StompVersion.V10 && text.IndexOfAny(Special) is var at and >= 0)
        {
            written += Encoding.UTF8.GetBytes(text[..at], output[written..]);
            output[written++] = (byte)'\\';
            output[written++] = text[at] switch { '\n' => (byte)'n', '\r' => (byte)'r', ':' => (byte)'c', _ => (byte)'\\' };
            text = text[(at + 1)..];
        }

        return written + Encoding.UTF8.GetBytes(text, output[written..]);
    }

    /// <summary>Reads a name or value.</summary>
    /// <exception cref="StompProtocolException">It is not UTF-8, has NUL, or an undefined escape.</exception>
    public static string Unescape(ReadOnlySpan<byte> bytes, StompVersion version)
    {
        var at = bytes.IndexOfAny(NotPlain);
        if (at < 0)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        if (bytes[at..].Contains((byte)0))
        {
            throw new StompProtocolException("NUL in the head of a frame");
        }

        return version == StompVersion.V10 || !bytes[at..].Contains((byte)'\\') ? Decode(bytes) : Unescape(bytes, version, new byte[bytes.Length]);
    }

    // STOMP 1.2, "Value Encoding": undefined escape sequences such as \t MUST be treated as a fatal protocol error.
    private static string Unescape(ReadOnlySpan<byte> bytes, StompVersion version, Span<byte> plain)
    {
        var length = 0;
        while (bytes.IndexOf((byte)'\\') is var at and >= 0)
        {
            bytes[..at].CopyTo(plain[length..]);
            length += at;
            plain[length++] = (at + 1 < bytes.Length ? bytes[at + 1] : 0) switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'c' => (byte)':',
                (byte)'\\' => (byte)'\\',
                (byte)'r' when version == StompVersion.V12 => (byte)'\r',
                _ => throw new StompProtocolException("undefined escape sequence in a header"),
            };
            bytes = bytes[(at + 2)..];
        }

        bytes.CopyTo(plain[length..]);
        return Decode(plain[..(length + bytes.Length)]);
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new StompProtocolException("a header is not UTF-8");
        }
    }

    private static void Check(string text, StompVersion version)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            return;
        }

        if (text.Contains('\0') || (version < StompVersion.V12 && text.Contains('\r')) || (version == StompVersion.V10 && text.Contains('\n')))
        {
            throw new ArgumentException("a header has a line break or NUL that this version of STOMP can't say");
        }
    }
}

using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Autoreduction.Stomp;

/// <summary>Escapes of header names and values. STOMP 1.0 has none, 1.1 has \n \c \\, 1.2 also \r; CONNECT and CONNECTED never.</summary>
internal static class HeaderEscaping
{
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

    /// <summary>Whether a header line that came can be decoded.</summary>
    /// <exception cref="StompProtocolException">It is not UTF-8, has NUL, or an undefined escape.</exception>
    public static void Check(ReadOnlySpan<byte> line, StompVersion version)
    {
        if (line.Contains((byte)0))
        {
            throw new StompProtocolException("NUL in the head of a frame");
        }

        // Its place among escapes makes no difference to what is UTF-8: they are ASCII, and stand for ASCII.
        if (!Utf8.IsValid(line))
        {
            throw new StompProtocolException("a header is not UTF-8");
        }

        while (version != StompVersion.V10 && line.IndexOf((byte)'\\') is var at and >= 0)
        {
            // STOMP 1.2, "Value Encoding": undefined escape sequences such as \t MUST be treated as a fatal protocol error.
            if (at + 1 == line.Length || Unescaped(line[at + 1]) == 0 || (line[at + 1] == 'r' && version < StompVersion.V12))
            {
                throw new StompProtocolException("undefined escape sequence in a header");
            }

            line = line[(at + 2)..];
        }
    }

    /// <summary>Whether a name that was checked stands for <paramref name="text"/>.</summary>
    public static bool Says(ReadOnlySpan<byte> name, string text, StompVersion version) =>
        name.ContainsAny(NotPlain) ? Unescape(name, version) == text : Ascii.Equals(name, text);

    /// <summary>Reads a name or value that was checked.</summary>
    public static string Unescape(ReadOnlySpan<byte> bytes, StompVersion version) =>
        version == StompVersion.V10 || !bytes.Contains((byte)'\\') ? Encoding.UTF8.GetString(bytes) : Unescape(bytes, new byte[bytes.Length]);

    private static string Unescape(ReadOnlySpan<byte> bytes, Span<byte> plain)
    {
        var length = 0;
        while (bytes.IndexOf((byte)'\\') is var at and >= 0)
        {
            bytes[..at].CopyTo(plain[length..]);
            length += at;
            plain[length++] = Unescaped(bytes[at + 1]);
            bytes = bytes[(at + 2)..];
        }

        bytes.CopyTo(plain[length..]);
        return Encoding.UTF8.GetString(plain[..(length + bytes.Length)]);
    }

    private static byte Unescaped(byte letter) => letter switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'c' => (byte)':',
        (byte)'\\' => (byte)'\\',
        _ => 0,
    };

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

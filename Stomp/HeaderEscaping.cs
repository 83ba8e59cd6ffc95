using System.Text;

namespace Autoreduction.Stomp;

/// <summary>Escapes of header names and values. STOMP 1.0 has none, 1.1 has \n \c \\, 1.2 also \r; CONNECT and CONNECTED never.</summary>
internal static class HeaderEscaping
{
    public static string Escape(string text, StompVersion version)
    {
        if (version == StompVersion.V10)
        {
            // There is no way to say these: silence would forge headers.
            return text.AsSpan().IndexOfAny('\n', '\r') < 0 ? text : throw new ArgumentException("STOMP 1.0 has no line breaks in headers");
        }

        if (text.AsSpan().IndexOfAny("\\\n\r:") < 0)
        {
            return text;
        }

        var escaped = text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace(":", "\\c");
        return version == StompVersion.V12
            ? escaped.Replace("\r", "\\r")
            : escaped.Contains('\r') ? throw new ArgumentException("STOMP 1.1 has no carriage returns in headers") : escaped;
    }

    // STOMP 1.2, "Value Encoding": undefined escape sequences such as \t MUST be treated as a fatal protocol error.
    public static string Unescape(string text, StompVersion version)
    {
        if (version == StompVersion.V10 || !text.Contains('\\'))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            i++;
            plain.Append((i < text.Length ? text[i] : '\0') switch
            {
                'n' => '\n',
                'c' => ':',
                '\\' => '\\',
                'r' when version == StompVersion.V12 => '\r',
                _ => throw new StompProtocolException("undefined escape sequence in a header"),
            });
        }

        return plain.ToString();
    }
}

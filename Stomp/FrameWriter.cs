using System.Buffers;
using System.Globalization;
using System.Text;

namespace Autoreduction.Stomp;

/// <summary>Writes frames as bytes. Knows no stream.</summary>
internal static class FrameWriter
{
    public static void Write(IBufferWriter<byte> output, StompFrame frame, StompVersion version)
    {
        var escaping = frame.Command is "CONNECT" or "STOMP" or "CONNECTED" ? StompVersion.V10 : version;
        Text(output, frame.Command);
        output.Write("\n"u8);
        foreach (var (name, value) in frame.Headers)
        {
            Text(output, HeaderEscaping.Escape(name, escaping));
            output.Write(":"u8);
            Text(output, HeaderEscaping.Escape(value, escaping));
            output.Write("\n"u8);
        }

        // Only SEND, MESSAGE and ERROR may have a body; with its length it may hold NUL.
        if (frame.Command is "SEND" or "MESSAGE" or "ERROR" && frame.Headers["content-length"] is null)
        {
            Text(output, string.Create(CultureInfo.InvariantCulture, $"content-length:{frame.Body.Length}\n"));
        }

        output.Write("\n"u8);
        output.Write(frame.Body.Span);
        output.Write("\0\n"u8);
    }

    private static void Text(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}

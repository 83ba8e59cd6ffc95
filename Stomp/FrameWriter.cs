using System.Buffers;
using System.Globalization;
using System.Text;

namespace Autoreduction.Stomp;

/// <summary>Writes frames as bytes. Knows no stream.</summary>
internal static class FrameWriter
{
    private const int LongestContentLength = 32;

    /// <summary>What ends a frame. The line end is for people, and for brokers that take it for a heart-beat.</summary>
    public static ReadOnlySpan<byte> End => "\0\n"u8;

    /// <summary>Writes a frame whose headers were checked by <see cref="HeaderEscaping.Check(StompHeaders, StompVersion)"/>.</summary>
    public static void Write(IBufferWriter<byte> output, StompFrame frame, StompVersion version)
    {
        WriteHead(output, frame, version);
        output.Write(frame.Body.Span);
        output.Write(End);
    }

    /// <summary>Writes all before the body.</summary>
    public static void WriteHead(IBufferWriter<byte> output, StompFrame frame, StompVersion version)
    {
        var escaping = StompCommands.EscapingOf(frame.Command, version);
        var head = output.GetSpan(MostBytes(frame));
        var at = Encoding.UTF8.GetBytes(frame.Command, head);
        head[at++] = (byte)'\n';
        foreach (var (name, value) in frame.Headers.Span)
        {
            // Ours alone says where the frame ends.
            if (name == "content-length")
            {
                continue;
            }

            at += HeaderEscaping.Escape(name, escaping, head[at..]);
            head[at++] = (byte)':';
            at += HeaderEscaping.Escape(value, escaping, head[at..]);
            head[at++] = (byte)'\n';
        }

        if (StompCommands.MayHaveBody(frame.Command))
        {
            // With its length a body may hold NUL.
            "content-length:"u8.CopyTo(head[at..]);
            at += "content-length:".Length;
            frame.Body.Length.TryFormat(head[at..], out var digits, default, CultureInfo.InvariantCulture);
            at += digits;
            head[at++] = (byte)'\n';
        }

        head[at++] = (byte)'\n';
        output.Advance(at);
    }

    private static int MostBytes(StompFrame frame)
    {
        var most = frame.Command.Length + LongestContentLength;
        foreach (var (name, value) in frame.Headers.Span)
        {
            most += (3 * (name.Length + value.Length)) + 2;
        }

        return most;
    }
}

using System.Buffers;
using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class FrameWriterTests
{
    private static ReadOnlySpan<byte> Lines => "destination:/queue/q\nsubscription:s\ncontent-length:1000\n\n"u8;

    [TestCase(StompVersion.V10, "SEND\na:b:c\\d\u00FC\ncontent-length:2\n\nx\0\0\n")]
    [TestCase(StompVersion.V11, "SEND\na:b\\cc\\\\d\u00FC\ncontent-length:2\n\nx\0\0\n")]
    [TestCase(StompVersion.V12, "SEND\na:b\\cc\\\\d\u00FC\ncontent-length:2\n\nx\0\0\n")]
    public void A_header_is_escaped_as_its_version_wants(StompVersion version, string expected)
    {
        var frame = new StompFrame("SEND", new StompHeaders([new("a", "b:c\\d\u00FC")]), "x\0"u8.ToArray());

        Assert.That(Written(frame, version), Is.EqualTo(expected));
    }

    [Test]
    public void Line_breaks_are_escaped_in_names_too()
    {
        Assert.That(Written(StompFrame.Of("ACK", new StompHeader("a\r\n", "\r\n")), StompVersion.V12), Is.EqualTo("ACK\na\\r\\n:\\r\\n\n\n\0\n"));
    }

    [TestCase("CONNECT")]
    [TestCase("STOMP")]
    [TestCase("CONNECTED")]
    public void The_frames_of_the_handshake_have_no_escapes(string command)
    {
        Assert.That(Written(StompFrame.Of(command, new StompHeader("a", "b:c\\")), StompVersion.V12), Is.EqualTo($"{command}\na:b:c\\\n\n\0\n"));
    }

    [Test]
    public void The_length_is_the_bodys_whatever_the_headers_say()
    {
        var frame = new StompFrame("SEND", new StompHeaders([new("content-length", "1000")]), "abc"u8.ToArray());

        Assert.That(Written(frame, StompVersion.V12), Is.EqualTo("SEND\ncontent-length:3\n\nabc\0\n"));
    }

    [TestCase("", "x", StompVersion.V12)]
    [TestCase("a:b", "x", StompVersion.V10)]
    [TestCase("a", "x\n", StompVersion.V10)]
    [TestCase("a", "x\r", StompVersion.V11)]
    [TestCase("a\r", "x", StompVersion.V11)]
    [TestCase("a", "\0", StompVersion.V12)]
    public void What_a_version_cannot_say_is_refused(string name, string value, StompVersion version)
    {
        Assert.That(() => HeaderEscaping.Check(new StompHeaders([new(name, value)]), version), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Writing_allocates_nothing_and_parsing_the_message_alone()
    {
        var frame = new StompFrame("MESSAGE", new StompHeaders([new("destination", "/queue/q"), new("subscription", "s")]), new byte[1000]);
        var output = new ArrayBufferWriter<byte>(4096);
        var parser = new FrameParser(new StompLimits()) { Version = StompVersion.V12 };
        var (writing, parsing, message) = (0L, 0L, 0L);

        // Twice: what is made once is not counted.
        for (var i = 0; i < 2; i++)
        {
            output.ResetWrittenCount();
            writing = Allocated(() => FrameWriter.Write(output, frame, StompVersion.V12));
            parsing = Allocated(() =>
            {
                var input = new ReadOnlySequence<byte>(output.WrittenMemory);
                _ = parser.TryParse(ref input, out _);
            });
            message = Allocated(() =>
            {
                ReadOnlyMemory<byte> bytes = new byte[Lines.Length + 1000];
                _ = new StompFrame("MESSAGE", new StompHeaders(bytes[..Lines.Length], 3, StompVersion.V12), bytes[Lines.Length..]);
            });
        }

        Assert.That(writing, Is.Zero);
        Assert.That(parsing, Is.EqualTo(message));
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Written(StompFrame frame, StompVersion version)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, frame, version);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class FrameParserTests
{
    private static readonly StompLimits Small = new() { HeaderLineBytes = 20, Headers = 3, HeadBytes = 45, BodyBytes = 10 };

    [TestCase("MESSAGE\na\\cb\\\\:x\\r\\ny\\c\u00FC\na\\cb\\\\:second\ncontent-length:3\n\n\u0001\0\u0002\0\n")]
    [TestCase("\n\r\nRECEIPT\r\nreceipt-id:7\r\n\r\n\0\n\nERROR\nmessage:no\n\nwhy\0\r\nMESSAGE\nmessage-id:\n\n\0")]
    public void Slices_of_every_size_give_the_same_frames_as_the_whole(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var whole = Texts(ParsedFrames.OfReads(bytes, bytes.Length));

        for (var slice = 1; slice <= bytes.Length; slice++)
        {
            Assert.That(Texts(ParsedFrames.OfReads(bytes, slice)), Is.EqualTo(whole));
            Assert.That(Texts(ParsedFrames.OfBuffers(bytes, slice)), Is.EqualTo(whole));
        }
    }

    [Test]
    public void Headers_are_unescaped_and_the_first_of_a_name_counts()
    {
        var frame = Single("MESSAGE\na\\cb\\\\:x\\r\\ny:\u00FC\na\\cb\\\\:second\ncontent-length:3\n\na\0b\0");

        Assert.That(frame.Headers["a:b\\"], Is.EqualTo("x\r\ny:\u00FC"));
        Assert.That(frame.Headers, Has.Count.EqualTo(3));
        Assert.That(frame.Body.ToArray(), Is.EqualTo("a\0b"u8.ToArray()));
    }

    [Test]
    public void Line_ends_may_have_carriage_returns_and_stand_between_frames()
    {
        var frames = ParsedFrames.OfReads(Encoding.UTF8.GetBytes("\n\r\nRECEIPT\r\nreceipt-id:7\r\n\r\n\0\n\r\n\nRECEIPT\nreceipt-id:8\n\n\0\n"), 1000);

        Assert.That(frames.Select(frame => frame.Headers["receipt-id"]), Is.EqualTo(new[] { "7", "8" }));
    }

    // Vectors of 32 bytes are looked at: every place in one, and every cut between two, must find the same.
    [Test]
    public void Where_a_byte_stands_makes_no_difference([Range(0, 70)] int before)
    {
        var name = new string('n', before + 1);

        var frame = Single($"MESSAGE\n{name}:a\\\\c\\\\\\\\\\c:\\n\u00FC\nb:\\c\n\n\0");

        Assert.That((frame.Headers[name], frame.Headers["b"]), Is.EqualTo(("a\\c\\\\::\n\u00FC", ":")));
        Assert.That(() => Single($"MESSAGE\n{name}:\\\\\\t\n\n\0"), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => Single($"MESSAGE\n{name}:\\\\\\\n\n\0"), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => Single($"MESSAGE\n{name}:\0\n\n\0"), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => Single($"MESSAGE\n{name}\n\n\0"), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public void Names_are_found_however_they_are_written()
    {
        var frame = Single("MESSAGE\na\\cb:1\n\u00FC:2\na\\\\cb:3\n\n\0");

        Assert.That((frame.Headers["a:b"], frame.Headers["\u00FC"], frame.Headers["a\\cb"], frame.Headers["b"]), Is.EqualTo(("1", "2", "3", default(string))));
        Assert.That(frame.Headers.Select(header => header.Name), Is.EqualTo(new[] { "a:b", "\u00FC", "a\\cb" }));
    }

    [Test]
    public void Of_several_lengths_the_first_counts()
    {
        Assert.That(Single("MESSAGE\ncontent-length:2\ncontent-length:1\n\nab\0").Body.Length, Is.EqualTo(2));
    }

    [TestCase("MESSAGE\na:b\\cd\\\\n\n\n\0", StompVersion.V10, "b\\cd\\\\n")]
    [TestCase("MESSAGE\na:b\\cd\\\\n\n\n\0", StompVersion.V11, "b:d\\n")]
    [TestCase("MESSAGE\na:b\\r\n\n\0", StompVersion.V12, "b\r")]
    [TestCase("CONNECTED\na:b\\x\n\n\0", StompVersion.V12, "b\\x")]
    public void Each_version_has_its_escapes(string text, StompVersion version, string expected)
    {
        Assert.That(ParsedFrames.OfReads(Encoding.UTF8.GetBytes(text), 1000, version).Single().Headers["a"], Is.EqualTo(expected));
    }

    // The reader hands out again what it read before: bytes that look the same after another version's escapes must not pass.
    [Test]
    public void An_escape_is_looked_at_every_time()
    {
        Assert.That(() => Single("MESSAGE\nx:a\\\\t\nx:a\\t\n\n\0"), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => Single("MESSAGE\na\\\\t:x\na\\t:x\n\n\0"), Throws.InstanceOf<StompProtocolException>());
    }

    [TestCase("MESSAGE\na:\\t\n\n\0")]
    [TestCase("MESSAGE\na:x\\\n\n\0")]
    [TestCase("MESSAGE\na\\:x\n\n\0")]
    [TestCase("MESSAGE\nno colon\n\n\0")]
    [TestCase("MESSAGE\n:no name\n\n\0")]
    [TestCase("MESSAGE\na:b\0c\n\n\0")]
    [TestCase("MESSAGE\0\n\n\0")]
    [TestCase("MESSAGE \n\n\0")]
    [TestCase("message\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:-1\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:+1\n\na\0")]
    [TestCase("MESSAGE\ncontent-length: 1\n\na\0")]
    [TestCase("MESSAGE\ncontent-length:\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:99999999999\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:104857601\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:1\n\nabc\0")]
    [TestCase("RECEIPT\nreceipt-id:1\n\nbody\0")]
    [TestCase("RECEIPT\nreceipt-id:1\ncontent-length:1\n\nb\0")]
    public void What_is_no_frame_is_a_protocol_error(string text)
    {
        Assert.That(() => ParsedFrames.OfReads(Encoding.UTF8.GetBytes(text), 1000), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => ParsedFrames.OfReads(Encoding.UTF8.GetBytes(text), 1), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public void STOMP_1_1_has_no_escape_for_carriage_returns()
    {
        Assert.That(() => ParsedFrames.OfReads("MESSAGE\na:\\r\n\n\0"u8.ToArray(), 1000, StompVersion.V11), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public void Headers_must_be_UTF_8()
    {
        Assert.That(() => ParsedFrames.OfReads((byte[])[.. "MESSAGE\na:"u8, 0xC3, (byte)'\n', (byte)'\n', 0], 1000), Throws.InstanceOf<StompProtocolException>());
    }

    [TestCase("MESSAGE\ncontent-length:5\n\nabc")]
    [TestCase("MESSAGE\ncontent-length:3\n\nabc")]
    [TestCase("MESSAGE\n\nabc")]
    [TestCase("MESSAGE\na:b\n")]
    [TestCase("MESSA")]
    public void A_truncated_frame_is_never_delivered(string text)
    {
        Assert.That(ParsedFrames.OfReads(Encoding.UTF8.GetBytes(text), 1), Is.Empty);
    }

    [TestCase("RECEIPT-WITHOUT-END", TestName = "{m}(command)")]
    [TestCase("MESSAGE\na:123456789012345678901", TestName = "{m}(header line without end)")]
    [TestCase("MESSAGE\na:1234567890123456789\n\n\0", TestName = "{m}(header line)")]
    [TestCase("MESSAGE\na:1\nb:1\nc:1\nd:1\n\n\0", TestName = "{m}(headers)")]
    [TestCase("MESSAGE\na:12345678901234\nb:12345678901234\nc:12345678901234\n\n\0", TestName = "{m}(head)")]
    [TestCase("MESSAGE\n\n12345678901", TestName = "{m}(body without end)")]
    [TestCase("MESSAGE\n\n12345678901\0", TestName = "{m}(body)")]
    [TestCase("MESSAGE\ncontent-length:11\n\n", TestName = "{m}(announced body)")]
    public void Nothing_may_be_longer_than_its_limit(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.That(() => ParsedFrames.OfReads(bytes, 1000, limits: Small), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => ParsedFrames.OfReads(bytes, 1, limits: Small), Throws.InstanceOf<StompProtocolException>());
        Assert.That(() => ParsedFrames.OfBuffers(bytes, 1, limits: Small), Throws.InstanceOf<StompProtocolException>());
    }

    [TestCase("MESSAGE\na:123456789012345678\r\n\n1234567890\0")]
    [TestCase("MESSAGE\na:1234567890123\nb:1234567890123\nc:1234567890123\n\n\0")]
    public void Everything_may_be_as_long_as_its_limit(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.That(ParsedFrames.OfReads(bytes, 1000, limits: Small), Has.Count.EqualTo(1));
        Assert.That(ParsedFrames.OfReads(bytes, 1, limits: Small), Has.Count.EqualTo(1));
    }

    private static StompFrame Single(string text) => ParsedFrames.OfReads(Encoding.UTF8.GetBytes(text), 1000).Single();

    private static string[] Texts(List<StompFrame> frames) => [.. frames.Select(frame => frame.Text())];
}

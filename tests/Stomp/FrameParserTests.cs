using System.Buffers;
using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class FrameParserTests
{
    [Test]
    public void A_frame_survives_writing_and_reading_in_slices_of_every_size()
    {
        var frame = new StompFrame("MESSAGE", new StompHeaders([new("a:b\\", "x\r\ny:ü"), new("a:b\\", "second")]), new byte[] { 1, 0, 2 });
        var buffer = new ArrayBufferWriter<byte>();
        FrameWriter.Write(buffer, frame, StompVersion.V12);
        FrameWriter.Write(buffer, frame, StompVersion.V12);

        for (var slice = 1; slice <= buffer.WrittenCount; slice++)
        {
            var read = ReadAll(buffer.WrittenMemory, slice);

            Assert.That(read, Has.Count.EqualTo(2));
            Assert.That(read[1].Headers["a:b\\"], Is.EqualTo("x\r\ny:ü"));
            Assert.That(read[1].Body.ToArray(), Is.EqualTo(new byte[] { 1, 0, 2 }));
        }
    }

    [TestCase("MESSAGE\na:\\t\n\n\0")]
    [TestCase("MESSAGE\nno colon\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:-1\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:99999999999\n\n\0")]
    [TestCase("MESSAGE\ncontent-length:1\n\nabc\0")]
    public void What_is_no_frame_is_a_protocol_error(string text)
    {
        Assert.That(() => ReadAll(Encoding.UTF8.GetBytes(text), 1000), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public void A_truncated_frame_is_never_delivered()
    {
        Assert.That(ReadAll(Encoding.UTF8.GetBytes("MESSAGE\ncontent-length:5\n\nabc"), 1000), Is.Empty);
    }

    [Test]
    public void Line_ends_may_have_carriage_returns_and_stand_between_frames()
    {
        var read = ReadAll(Encoding.UTF8.GetBytes("\n\r\nRECEIPT\r\nreceipt-id:7\r\n\r\n\0\n\n"), 1000);

        Assert.That(read.Single().Headers["receipt-id"], Is.EqualTo("7"));
    }

    [TestCase("stomp:tcp://h:1", "tcp://h:1")]
    [TestCase("stomp:failover:(tcp://a:1,ssl://b)?maxReconnectDelay=5", "tcp://a:1 ssl://b:61614")]
    [TestCase("stomp://h", "tcp://h:61613")]
    public void Broker_URIs_are_read_in_their_customary_forms(string text, string expected)
    {
        Assert.That(string.Join(' ', BrokerUri.Parse(text).EndPoints), Is.EqualTo(expected));
    }

    [Test]
    public void Waits_between_attempts_grow_and_are_capped()
    {
        var policy = new ReconnectPolicy();

        Assert.That(policy.DelayAfter(1, 0), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(policy.DelayAfter(3, 0), Is.EqualTo(TimeSpan.FromMilliseconds(400)));
        Assert.That(policy.DelayAfter(500, 1), Is.EqualTo(TimeSpan.FromSeconds(22.5)));
    }

    private static List<StompFrame> ReadAll(ReadOnlyMemory<byte> bytes, int slice)
    {
        var parser = new FrameParser(new StompLimits()) { Version = StompVersion.V12 };
        var frames = new List<StompFrame>();
        var consumed = 0L;
        for (var end = Math.Min(slice, bytes.Length); ; end = Math.Min(end + slice, bytes.Length))
        {
            var input = new ReadOnlySequence<byte>(bytes[(int)consumed..end]);
            var before = input.Length;
            while (parser.TryParse(ref input, out var frame))
            {
                frames.Add(frame);
            }

            consumed += before - input.Length;
            if (end == bytes.Length)
            {
                return frames;
            }
        }
    }
}

using System.Buffers;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.Stomp;

/// <summary>What a parser makes of bytes that come in slices: one after the other as they are read, or as many buffers at once.</summary>
internal static class ParsedFrames
{
    /// <summary>Each read begins where the last left off, and is one slice longer.</summary>
    public static List<StompFrame> OfReads(ReadOnlyMemory<byte> bytes, int slice, StompVersion version = StompVersion.V12, StompLimits? limits = null)
    {
        var parser = new FrameParser(limits ?? new()) { Version = version };
        var frames = new List<StompFrame>();
        var consumed = 0;
        for (var end = Math.Min(slice, bytes.Length); ; end = Math.Min(end + slice, bytes.Length))
        {
            consumed += Take(parser, new ReadOnlySequence<byte>(bytes[consumed..end]), frames);
            if (end == bytes.Length)
            {
                return frames;
            }
        }
    }

    /// <summary>One read of many buffers, each as long as a slice.</summary>
    public static List<StompFrame> OfBuffers(ReadOnlyMemory<byte> bytes, int slice, StompVersion version = StompVersion.V12, StompLimits? limits = null)
    {
        var frames = new List<StompFrame>();
        Take(new FrameParser(limits ?? new()) { Version = version }, Segment.Chain(bytes, slice), frames);
        return frames;
    }

    /// <summary>Everything of a frame, to be compared.</summary>
    public static string Text(this StompFrame frame) =>
        $"{frame.Command} {string.Join(' ', frame.Headers.Select(header => $"{header.Name}={header.Value}"))} {Convert.ToHexString(frame.Body.Span)}";

    private static int Take(FrameParser parser, ReadOnlySequence<byte> input, List<StompFrame> frames)
    {
        var before = input.Length;
        while (parser.TryParse(ref input, out var frame))
        {
            frames.Add(frame);
        }

        return (int)(before - input.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private Segment(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public static ReadOnlySequence<byte> Chain(ReadOnlyMemory<byte> bytes, int slice)
        {
            var first = new Segment(bytes[..Math.Min(slice, bytes.Length)], 0);
            var last = first;
            for (var at = last.Memory.Length; at < bytes.Length; at += last.Memory.Length)
            {
                var next = new Segment(bytes[at..Math.Min(at + slice, bytes.Length)], at);
                last.Next = next;
                last = next;
            }

            return new(first, 0, last, last.Memory.Length);
        }
    }
}

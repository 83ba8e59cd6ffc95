using System.Buffers;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.Faults;

/// <summary>Lets bytes pass up to the end of the first frame that is not to pass; holds back what is no whole frame yet.</summary>
internal sealed class FrameGate(Func<StompFrame, FrameFate>? decide)
{
    private readonly FrameParser _parser = new(new StompLimits()) { Version = StompVersion.V12 };
    private ReadOnlyMemory<byte> _held;

    /// <summary>What may pass now, and what is to happen then.</summary>
    public (ReadOnlyMemory<byte> Bytes, FrameFate Fate) Next(ReadOnlyMemory<byte> bytes)
    {
        if (decide is null)
        {
            return (bytes, FrameFate.Pass);
        }

        ReadOnlyMemory<byte> all = (byte[])[.. _held.Span, .. bytes.Span];
        var input = new ReadOnlySequence<byte>(all);
        while (true)
        {
            var before = (int)(all.Length - input.Length);
            if (!_parser.TryParse(ref input, out var frame))
            {
                // The parser has consumed line ends between frames: heart-beats, which pass.
                before = (int)(all.Length - input.Length);
                _held = all[before..];
                return (all[..before], FrameFate.Pass);
            }

            var fate = decide(frame);
            if (fate != FrameFate.Pass)
            {
                return (all[..(fate == FrameFate.CutBefore ? before : (int)(all.Length - input.Length))], fate);
            }
        }
    }
}

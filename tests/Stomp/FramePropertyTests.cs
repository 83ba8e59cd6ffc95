using Autoreduction.Stomp;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>What holds for all frames and all bytes. A case that didn't hold is in <see cref="FrameParserTests"/> ever after.</summary>
public sealed class FramePropertyTests
{
    private const int Seed = 20_261_125;
    private const int Few = 50_000;
    private const int Many = 5_000_000;
    private const int AllocatedPerCase = 100_000;
    private static readonly StompLimits Small = new() { HeaderLineBytes = 40, Headers = 6, HeadBytes = 120, BodyBytes = 60 };

    [Test]
    public void F10_any_frame_survives_writing_and_reading() => Hold(FrameGenerators.AnyFrame, Survives, Few, Seed);

    [Test]
    public void F10_any_bytes_are_frames_or_a_protocol_error_however_they_are_sliced() => Hold(FrameGenerators.AlmostFrames, IsTakenOrRefused, Few, Seed);

    [Test, Category("Full")]
    public void F10_any_frame_survives_writing_and_reading_in_very_many_cases() => Hold(FrameGenerators.AnyFrame, Survives, Many, null);

    [Test, Category("Full")]
    public void F10_any_bytes_are_frames_or_a_protocol_error_in_very_many_cases() => Hold(FrameGenerators.AlmostFrames, IsTakenOrRefused, Many, null);

    private static bool Survives(FrameCase one)
    {
        var bytes = FrameGenerators.Written(one);
        var expected = Expected(one.Frame);
        return ParsedFrames.OfReads(bytes, one.Slice, one.Version) is [var read] && read.Text() == expected
            && ParsedFrames.OfBuffers(bytes, one.Slice, one.Version) is [var buffered] && buffered.Text() == expected;
    }

    // The writer adds the length as the last header.
    private static string Expected(StompFrame frame) => StompCommands.MayHaveBody(frame.Command)
        ? (frame with { Headers = new(frame.Headers.Append(new("content-length", $"{frame.Body.Length}"))) }).Text()
        : frame.Text();

    private static bool IsTakenOrRefused(BytesCase one)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var whole = Outcome(one.Bytes.Length, one, ParsedFrames.OfReads);
        return Outcome(one.Slice, one, one.Slice % 2 == 0 ? ParsedFrames.OfReads : ParsedFrames.OfBuffers) == whole
            && GC.GetAllocatedBytesForCurrentThread() - before < AllocatedPerCase;
    }

    private static string Outcome(int slice, BytesCase one, Func<ReadOnlyMemory<byte>, int, StompVersion, StompLimits?, List<StompFrame>> parse)
    {
        try
        {
            return string.Join('\n', parse(one.Bytes, Math.Max(slice, 1), one.Version, Small).Select(frame => frame.Text()));
        }
        catch (StompProtocolException)
        {
            return "refused";
        }
    }

    private static void Hold<T>(Arbitrary<T> cases, Func<T, bool> property, int count, int? seed)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true);
        var replay = seed is { } value ? new Replay(new Rnd((ulong)value, (ulong)value | 1), FSharpOption<int>.None) : null;
        Check.One(replay is null ? config : config.WithReplay(FSharpOption<Replay>.Some(replay)), Prop.ForAll(cases, property));
    }
}

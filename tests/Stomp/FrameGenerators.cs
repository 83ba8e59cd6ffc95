using System.Buffers;
using System.Text;
using Autoreduction.Stomp;
using FsCheck;
using FsCheck.Fluent;

namespace Autoreduction.Tests.Stomp;

/// <summary>A frame, the version that it is written in, and how its bytes are sliced.</summary>
internal sealed record FrameCase(StompFrame Frame, StompVersion Version, int Slice)
{
    public override string ToString() => $"{Frame.Text()} in {Version}, slices of {Slice}";
}

/// <summary>Bytes that may be frames, and how they are sliced.</summary>
internal sealed record BytesCase(byte[] Bytes, StompVersion Version, int Slice)
{
    public override string ToString() => $"{Convert.ToHexString(Bytes)} in {Version}, slices of {Slice}: {Encoding.Latin1.GetString(Bytes)}";
}

/// <summary>Frames that any version can say, and what comes of them when bytes are changed on the way.</summary>
internal static class FrameGenerators
{
    private static readonly string[] Commands = ["MESSAGE", "ERROR", "SEND", "RECEIPT", "CONNECTED", "CONNECT", "ACK"];
    private static readonly char[] Characters = [.. "abcXYZ0129-/ \\:\n\r\u00FC\u20AC"];
    private static readonly byte[] Octets = [.. "\n\n\r\0\0:\\019acMS"u8, 0x80, 0xC3, 0xFF];

    private static readonly Gen<StompVersion> Versions = Gen.Elements(StompVersion.V10, StompVersion.V11, StompVersion.V12);

    private static readonly Gen<string> Texts = Gen.Elements(Characters).ArrayOf().Resize(8).Select(characters => new string(characters));

    private static readonly Gen<StompHeader[]> Headers = Texts.Zip(Texts, (name, value) => new StompHeader($"n{name}", value)).ArrayOf().Resize(6);

    private static readonly Gen<byte[]> Bodies = Gen.Elements(Octets).ArrayOf().Resize(20);

    private static readonly Gen<FrameCase> Frames =
        from command in Gen.Elements(Commands)
        from version in Versions
        from headers in Headers
        from body in Bodies
        from slice in Gen.Choose(1, 80)
        select new FrameCase(Sayable(command, headers, body, version), version, slice);

    private static readonly Gen<BytesCase> Mutations =
        from one in Frames
        from other in Frames
        from edits in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), 6)
        select new BytesCase(Edited([.. Written(one), .. Written(other with { Version = one.Version })], edits), one.Version, one.Slice);

    public static Arbitrary<FrameCase> AnyFrame => Arb.From(Frames, Simpler);

    public static Arbitrary<BytesCase> AlmostFrames => Arb.From(Mutations, Shorter);

    public static byte[] Written(FrameCase one)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, Sayable(one.Frame.Command, one.Frame.Headers, one.Frame.Body, one.Version), one.Version);
        return output.WrittenSpan.ToArray();
    }

    private static StompFrame Sayable(string command, IEnumerable<StompHeader> headers, ReadOnlyMemory<byte> body, StompVersion version)
    {
        var escaping = StompCommands.EscapingOf(command, version);
        var unsayable = escaping switch { StompVersion.V10 => "\r\n", StompVersion.V11 => "\r", _ => "" };
        var sayable = headers.Select(header => new StompHeader(
            Without(header.Name, escaping == StompVersion.V10 ? $"{unsayable}:" : unsayable), Without(header.Value, unsayable)));
        return new(command, new StompHeaders(sayable), StompCommands.MayHaveBody(command) ? body : default);
    }

    private static string Without(string text, string characters) => new([.. text.Where(character => !characters.Contains(character))]);

    // Changes, inserts, removes, repeats: one edit for each number.
    private static byte[] Edited(List<byte> bytes, int[] edits)
    {
        foreach (var edit in edits)
        {
            var at = (edit >> 8) % (bytes.Count + 1);
            var octet = Octets[(edit >> 4) % Octets.Length];
            switch (edit % 6)
            {
                case 0 when at < bytes.Count:
                    bytes[at] = octet;
                    break;
                case 1:
                    bytes.Insert(at, octet);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + (edit % 5)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.Take(Math.Min(at, 40)).ToArray());
                    break;
                case 4 when edit % 7 == 0:
                    bytes.InsertRange(at, "\ncontent-length:"u8);
                    break;
            }
        }

        return [.. bytes];
    }

    private static IEnumerable<FrameCase> Simpler(FrameCase one)
    {
        for (var i = 0; i < one.Frame.Headers.Count; i++)
        {
            var skip = i;
            yield return one with { Frame = one.Frame with { Headers = new(one.Frame.Headers.Where((_, index) => index != skip)) } };
        }

        if (one.Frame.Body.Length > 0)
        {
            yield return one with { Frame = one.Frame with { Body = one.Frame.Body[1..] } };
        }
    }

    private static IEnumerable<BytesCase> Shorter(BytesCase one)
    {
        for (var length = one.Bytes.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= one.Bytes.Length; at += length)
            {
                yield return one with { Bytes = [.. one.Bytes[..at], .. one.Bytes[(at + length)..]] };
            }
        }
    }
}

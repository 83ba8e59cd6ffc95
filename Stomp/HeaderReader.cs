using System.Text;

namespace Autoreduction.Stomp;

/// <summary>Reads header lines. Names recur, and most values do: what was read before is handed out again.</summary>
internal sealed class HeaderReader
{
    // So little is kept, whatever a peer sends.
    private const int LongestKept = 64;
    private const int Slots = 64;
    private readonly StompHeader[] _known = new StompHeader[Slots];

    /// <summary>The header of a line without its end.</summary>
    /// <exception cref="StompProtocolException">The line is none.</exception>
    public StompHeader Read(ReadOnlySpan<byte> line, StompVersion escaping)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw new StompProtocolException(colon < 0 ? "a header without a colon" : "a header without a name");
        }

        var nameBytes = line[..colon];
        var valueBytes = line[(colon + 1)..];
        ref var known = ref _known[((nameBytes[0] * 7) + nameBytes[^1] + (colon * 3)) & (Slots - 1)];
        var isKnownName = StandsFor(nameBytes, known.Name);
        if (isKnownName && StandsFor(valueBytes, known.Value))
        {
            return known;
        }

        var header = new StompHeader(
            isKnownName ? known.Name : HeaderEscaping.Unescape(nameBytes, escaping), HeaderEscaping.Unescape(valueBytes, escaping));
        if (StandsFor(nameBytes, header.Name))
        {
            known = StandsFor(valueBytes, header.Value) ? header : header with { Value = "" };
        }

        return header;
    }

    // Without escapes, which depend on the version.
    private static bool StandsFor(ReadOnlySpan<byte> bytes, string? text) =>
        text is not null && bytes.Length <= LongestKept && Ascii.Equals(bytes, text) && !bytes.Contains((byte)'\\');
}

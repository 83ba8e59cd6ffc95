using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Autoreduction.Tests.Fuzz;

/// <summary>One change to a text: what is at a place is replaced by a piece.</summary>
/// <param name="Place">Where, in thousandths of the length.</param>
/// <param name="Removed">How many bytes go.</param>
/// <param name="Piece">What comes instead.</param>
internal sealed record Mutation(int Place, int Removed, string Piece)
{
    // What has a meaning somewhere, and what is at the edge of it.
    private static readonly string[] Pieces =
    [
        "", "", "0", "-1", "99999999999999999999", "1e400", "1.50", "null", "true", "\"", "'", "\"\"\"", "\\", "\\u0000", "\\ud800", "\0", "\n", "\r\n",
        "[", "]", "{", "}", "[[", "=", ",", ":", ".", "#", " ", "\t", "é", "\U0001F600", "../", "(", ")", "\uFEFF",
    ];

    public static Gen<Mutation> Any { get; } =
        Gen.Choose(0, 1000).Zip(Gen.Frequency((6, Gen.Choose(0, 3)), (1, Gen.Choose(0, 60)))).Zip(Gen.Elements(Pieces))
            .Select(parts => new Mutation(parts.Item1.Item1, parts.Item1.Item2, parts.Item2));

    /// <summary>Variants of some texts, from unchanged to beyond recognition.</summary>
    public static Gen<byte[]> Of(params string[] texts) =>
        Gen.Elements(texts).Zip(Gen.ListOf(Any)).Select(parts => parts.Item2.Take(6).Aggregate(Encoding.UTF8.GetBytes(parts.Item1), (bytes, change) => change.Apply(bytes)));

    private byte[] Apply(byte[] bytes)
    {
        var start = bytes.Length * Place / 1000;
        return [.. bytes[..start], .. Encoding.UTF8.GetBytes(Piece), .. bytes[Math.Min(bytes.Length, start + Removed)..]];
    }
}

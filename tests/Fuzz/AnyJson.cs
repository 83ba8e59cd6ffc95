using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Autoreduction.Tests.Fuzz;

/// <summary>JSON texts with all that a sender may write: spellings of numbers, any key, any depth.</summary>
internal static class AnyJson
{
    private static readonly string[] Numbers =
        ["0", "-0", "1", "1.50", "1e5", "1E-7", "12345678901234567890", "0.1000000000000000055511151231257827", "-1", "9223372036854775807", "1e400"];

    private static readonly string[] Texts =
        ["", "UB Matrix", "vanadium-mass", "a\nb", "\0", "é", "\U0001F600", "\\isis\\inst$", "<>&'\"", "null", "1", "2/0", "key", "KEY", "reduction_log"];

    public static Gen<string> Text { get; } = Gen.Elements(Texts).Select(text => JsonSerializer.Serialize(text));

    public static Gen<string> Number { get; } = Gen.Elements(Numbers);

    public static Gen<string> Value { get; } = Gen.Sized(size => ValueOf(Math.Min(3, size / 10)));

    /// <summary>An object with some of <paramref name="keys"/>, and others, each once.</summary>
    public static Gen<string> Object(string[] keys, Gen<string> value) =>
        Gen.ListOf(Gen.OneOf(Gen.Elements(keys).Select(key => JsonSerializer.Serialize(key)), Text).Zip(value))
            .Select(pairs => $"{{{string.Join(',', pairs.DistinctBy(pair => pair.Item1).Select(pair => $"{pair.Item1}:{pair.Item2}"))}}}");

    private static Gen<string> ValueOf(int depth)
    {
        var leaf = Gen.OneOf(Number, Text, Gen.Elements("null", "true", "false", "[]", "{}"));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = ValueOf(depth - 1);
        return Gen.Frequency(
            (3, leaf),
            (1, Gen.ListOf(inner).Select(items => $"[{string.Join(", ", items.Take(5))}]")),
            (1, Object(["a", "b"], inner)));
    }
}

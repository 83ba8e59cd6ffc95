using System.Globalization;

namespace Autoreduction.StompBenchmarks;

/// <summary>What a client is told to do in one round: a line on its standard input, such as <c>consume 20000 1024</c>.</summary>
internal sealed record Load(bool Consumes, int Count, int BodyBytes)
{
    public static Load Parse(string line) => line.Split(' ') is [var verb, var count, var bytes]
        ? new(verb == "consume", int.Parse(count, CultureInfo.InvariantCulture), int.Parse(bytes, CultureInfo.InvariantCulture))
        : throw new FormatException($"\"{line}\" is no load");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Consumes ? "consume" : "send")} {Count} {BodyBytes}");
}

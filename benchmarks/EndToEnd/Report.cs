using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autoreduction.EndToEnd;

/// <summary>The table for people, and the raw figures as JSON.</summary>
internal static class Report
{
    public static void Print(IEnumerable<Row> rows)
    {
        Console.WriteLine();
        Console.WriteLine("| what | ours (median, spread) | beside | its median | ratio | goal | |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var row in rows)
        {
            Console.WriteLine(Invariant(
                $"| {row.What} | {Row.Median(row.Ours):0.###} {row.Unit} ({row.Ours.Min():0.###}–{row.Ours.Max():0.###}) | {row.PeerName} | {Row.Median(row.Peer):0.###} {row.Unit} | {row.Ratio:0.00} | {Verdict(row)} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"{Machine()}, {DateTime.Now:yyyy-MM-dd}");
    }

    public static void Save(IEnumerable<Row> rows, string path)
    {
        var list = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject
        {
            ["name"] = row.Name,
            ["what"] = row.What,
            ["peer"] = row.PeerName,
            ["unit"] = row.Unit,
            ["ours"] = Numbers(row.Ours),
            ["peers"] = Numbers(row.Peer),
            ["ratio"] = row.Ratio,
            ["goal"] = row.Goal,
        })]);
        var all = new JsonObject { ["machine"] = Machine(), ["time"] = DateTimeOffset.Now.ToString("O"), ["rows"] = list };
        File.WriteAllText(path, all.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static string Verdict(Row row) => row.Goal is { } goal
        ? Invariant($"≤ {goal:0.##} | {(row.Ratio <= goal ? "met" : "missed")}")
        : "– |";

    private static JsonArray Numbers(IEnumerable<double> figures) => new([.. figures.Select(figure => (JsonNode)JsonValue.Create(figure))]);

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        return $"{Environment.ProcessorCount} × {model ?? "unknown processor"}, Linux {Environment.OSVersion.Version.ToString(2)}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

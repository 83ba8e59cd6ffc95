namespace Autoreduction.EndToEnd;

/// <summary>Measures the whole system beside its peers. Arguments: names of rows (none: all), <c>--soak</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var soak = args.Contains("--soak");
        var wanted = args.Where(arg => !arg.StartsWith('-')).ToList();
        (string Name, Func<Task<IReadOnlyList<Row>>> Measure)[] all =
        [
            ("one-run", OneRun.MeasureAsync),
            ("many-runs", ManyRuns.MeasureAsync),
            ("spawn", SpawnLoop.MeasureAsync),
            ("children", ManyChildren.MeasureAsync),
            ("idle", Idle.MeasureAsync),
            ("ctl", CtlVerbs.MeasureAsync),
            ("endurance", () => Endurance.MeasureAsync(soak)),
        ];
        if (wanted.Find(name => all.All(row => row.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine($"no row {unknown}; there are {string.Join(", ", all.Select(row => row.Name))}");
            return 2;
        }

        var rows = new List<Row>();
        foreach (var (name, measure) in all.Where(row => wanted.Count == 0 || wanted.Contains(row.Name)))
        {
            Console.Error.WriteLine($"measuring {name}");
            rows.AddRange(await measure());
        }

        Report.Print(rows);
        if (Environment.GetEnvironmentVariable("BENCHMARK_JSON") is { Length: > 0 } path)
        {
            Report.Save(rows, path);
        }

        return 0;
    }
}

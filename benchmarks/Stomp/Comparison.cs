using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Autoreduction.StompBenchmarks;

/// <summary>Runs both clients against the same peer, turn by turn, each in a process of its own, and prints a table.</summary>
internal static class Comparison
{
    // Both clients are for processes that run for long.
    private const int WarmUp = 3;

    public static async Task RunAsync(string script, int rounds, string json)
    {
        using var peer = Start(Environment.ProcessPath!, "peer");
        var raw = new Dictionary<string, object>();
        try
        {
            var port = await peer.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the peer did not start");
            Console.WriteLine("| load | ours, s (min–max) | stomp.py, s (min–max) | ratio | goal | processor time, ours : stomp.py |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (var scenario in Scenario.All)
            {
                var ours = await MeasureAsync(Environment.ProcessPath!, ["client", port, scenario.Name, $"{WarmUp + rounds}"]);
                var theirs = await MeasureAsync("/usr/bin/python3", [
                    script, port, scenario.Consumes ? "consume" : "send", $"{scenario.Count}", $"{scenario.BodyBytes}", $"{WarmUp + rounds}"]);
                raw[scenario.Name] = new { ours, theirs };
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {scenario.Name} × {scenario.Count} | {Text(ours)} | {Text(theirs)} | {Wall(theirs) / Wall(ours):0.0} | ≥ {scenario.Goal} | 1 : {Processor(theirs) / Processor(ours):0.0} |"));
            }
        }
        finally
        {
            peer.StandardInput.Close();
            await peer.WaitForExitAsync();
        }

        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(raw));
    }

    private static async Task<double[][]> MeasureAsync(string program, string[] args)
    {
        using var process = Start(program, args);
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? [.. lines.Skip(WarmUp).Select(line => line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())]
            : throw new InvalidOperationException($"{program} {string.Join(' ', args)} ended with {process.ExitCode}");
    }

    private static Process Start(string program, params string[] args) =>
        Process.Start(new ProcessStartInfo(program, args) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static double Wall(double[][] rounds) => Median(rounds, 0);

    private static double Processor(double[][] rounds) => Median(rounds, 1);

    private static double Median(double[][] rounds, int column) => rounds.Select(round => round[column]).Order().ElementAt(rounds.Length / 2);

    private static string Text(double[][] rounds) => string.Create(
        CultureInfo.InvariantCulture, $"{Wall(rounds):0.000} ({rounds.Min(round => round[0]):0.000}–{rounds.Max(round => round[0]):0.000})");
}

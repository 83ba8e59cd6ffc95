using System.Diagnostics;

namespace Autoreduction.EndToEnd;

/// <summary>Takes times, ours and the peer's by turns, so that whatever else the machine does hits both.</summary>
internal static class Timing
{
    public static async Task<(List<double> Ours, List<double> Peer)> ByTurnsAsync(int repetitions, Func<Task> ours, Func<Task> peer)
    {
        // Once before, for caches.
        await ours();
        await peer();
        var (first, second) = (new List<double>(), new List<double>());
        for (var i = 0; i < repetitions; i++)
        {
            first.Add(await SecondsAsync(ours));
            second.Add(await SecondsAsync(peer));
        }

        return (first, second);
    }

    public static async Task<double> SecondsAsync(Func<Task> action)
    {
        var began = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Runs a program to its end; its output is not kept.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await errors}");
        }
    }
}

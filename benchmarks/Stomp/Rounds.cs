using System.Diagnostics;
using System.Globalization;

namespace Autoreduction.StompBenchmarks;

/// <summary>A client's side of <see cref="ClientProcess"/>: a round for each line of standard input, wall-clock and processor seconds for each round.</summary>
internal static class Rounds
{
    /// <param name="begin">Connects; what it returns does the work, and ends when the peer has confirmed that it got everything.</param>
    public static async Task AnswerAsync(Func<Load, Task<Func<Task>>> begin)
    {
        while (Console.ReadLine() is { } line)
        {
            var work = await begin(Load.Parse(line));
            var (began, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await work();
            var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed} {used}"));
        }
    }
}

using System.Diagnostics;

namespace Autoreduction.EndToEnd;

/// <summary>Many messages through a daemon whose children end at once: nothing grows, nothing slows down.</summary>
internal static class Endurance
{
    private const int Parts = 4;
    private const int Short = 2000;
    private const int Long = 500_000;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(bool soak)
    {
        var messages = soak ? Long : Short;
        await using var site = await Site.OpenAsync(0, Path.Combine(Environment.GetEnvironmentVariable("BENCHMARK_TOOLS")!, "quick_admin"));
        site.Ctl("start");
        var number = 0;

        await RunsAsync(messages / Parts);
        var (memory, descriptors) = (DaemonProcess.ResidentMegabytes(site.DaemonPid), await DaemonProcess.DescriptorsAsync(site.DaemonPid));
        var first = await RunsAsync(messages / Parts);
        var last = 0.0;
        for (var part = 2; part < Parts; part++)
        {
            last = await RunsAsync(messages / Parts);
        }

        return
        [
            new("endurance", $"{messages} messages, children that end at once: seconds per run, last quarter", "second quarter", "s", [last], [first], 1.1),
            new("endurance", "resident memory after them", "after the first quarter", "MB", [DaemonProcess.ResidentMegabytes(site.DaemonPid)], [memory], 1.15),
            new("endurance", "descriptors after them", "after the first quarter", "", [await DaemonProcess.DescriptorsAsync(site.DaemonPid)], [descriptors], 1),
        ];

        async Task<double> RunsAsync(int count)
        {
            var (began, expected) = (Stopwatch.GetTimestamp(), number + count);
            while (number < expected)
            {
                number++;
                await site.SendAsync("/queue/ReductionPending", Site.Message(number, number, site.DataFile), withReceipt: number == expected);
            }

            await DaemonProcess.UntilAsync(() => Directory.GetDirectories(site.JobsDirectory).Length == expected && site.Status().Running == 0);
            return Stopwatch.GetElapsedTime(began).TotalSeconds / count;
        }
    }
}

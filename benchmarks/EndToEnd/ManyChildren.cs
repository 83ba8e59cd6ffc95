using System.Globalization;
using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.EndToEnd;

/// <summary>Children that all end at the same moment: from exit to acknowledged, and what each costs the daemon.</summary>
internal static class ManyChildren
{
    private const int Many = 1000;
    private const int Few = 10;
    private const int Repetitions = 5;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var (late, costs, fewCosts) = (new List<double>(), new List<double>(), new List<double>());

        // Removed at the end: ext4 without a journal passes over what was deleted in the last 5 s, one inode after the other,
        // whenever a file is made.
        var sites = new List<Site>();
        try
        {
            for (var i = 0; i < Repetitions; i++)
            {
                // Few children cost less than a clock tick: as many rounds as make it measurable.
                fewCosts.Add((await RoundsAsync(sites, Few, 50)).CostPerChild);
                var many = await RoundsAsync(sites, Many, 1);
                late.Add(many.Late);
                costs.Add(many.CostPerChild);
            }
        }
        finally
        {
            foreach (var site in sites)
            {
                await site.DisposeAsync();
            }
        }

        return
        [
            new("children", $"{Many} children that end at once: exit → acknowledged, 99th percentile", "a second", "s", late, [1], 1),
            new("children", $"processor time of the daemon per child, {Many} at once", $"{Few} at once", "ms", costs, fewCosts, 1.3),
        ];
    }

    private static async Task<(double Late, double CostPerChild)> RoundsAsync(List<Site> sites, int children, int rounds)
    {
        var site = await Site.OpenAsync(Many, Path.Combine(Environment.GetEnvironmentVariable("BENCHMARK_TOOLS")!, "quick_admin"));
        sites.Add(site);
        await Timing.RunAsync("/usr/bin/mkfifo", Path.Combine(site.Root, "state/AT_FIFO"));
        site.Ctl("start");
        var before = DaemonProcess.ProcessorMilliseconds(site.DaemonPid);
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < children; i++)
            {
                var number = (round * children) + i + 1;
                await site.SendAsync("/queue/ReductionPending", Site.Message(number, number, site.DataFile), withReceipt: false);
            }

            await DaemonProcess.UntilAsync(() => site.Status().Running == children);

            // A FIFO without a writer any more is at its end for all of its readers at once.
            await Task.Run(() => File.OpenWrite(Path.Combine(site.Root, "state/AT_FIFO")).Dispose());
            await DaemonProcess.UntilAsync(() => site.Status() is { Running: 0 } && Finished(site) == (round + 1) * children);
        }

        var cost = (DaemonProcess.ProcessorMilliseconds(site.DaemonPid) - before) / (children * rounds);
        await site.CloseAsync();
        return (Late(site), cost);
    }

    private static int Finished(Site site) => Records(site).Count(record => record.State == JobState.Finished);

    private static IEnumerable<JobRecord> Records(Site site) => Directory.EnumerateDirectories(site.JobsDirectory)
        .Select(directory => new JobFiles(directory).Record)
        .Where(File.Exists)
        .Select(path => JsonSerializer.Deserialize(File.ReadAllBytes(path), ContractJson.Default.JobRecord)!);

    private static double Late(Site site)
    {
        var late = Records(site).Select(record => (record.Since - EndOf(site, record)).TotalSeconds).Order().ToList();
        return late[(int)(late.Count * 0.99)];
    }

    private static DateTimeOffset EndOf(Site site, JobRecord record) => DateTimeOffset.UnixEpoch.AddSeconds(
        double.Parse(File.ReadAllText(Path.Combine(site.JobsDirectory, record.Id, "ended")), CultureInfo.InvariantCulture));
}

namespace Autoreduction.EndToEnd;

/// <summary>The daemon at rest, connected; and with many messages waiting behind one run.</summary>
internal static class Idle
{
    private const int Waiting = 10_000;
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using var site = await Site.OpenAsync(maxJobs: 1);
        site.Ctl("start");
        var began = DaemonProcess.ProcessorMilliseconds(site.DaemonPid);
        await Task.Delay(Watched);
        var load = (DaemonProcess.ProcessorMilliseconds(site.DaemonPid) - began) / Watched.TotalMilliseconds * 100;
        var atRest = DaemonProcess.ResidentMegabytes(site.DaemonPid);
        return
        [
            new("idle", "daemon at rest, connected: resident memory", "limit", "MB", [atRest], [20], 1),
            new("idle", "daemon at rest: processor", "limit", "% of a core", [load], [0.1], 1),
            new("idle", $"resident memory with {Waiting} messages waiting", "with as many as are looked ahead", "MB", [await WithWaitingAsync(Waiting)], [await WithWaitingAsync(101)], 1.1),
        ];
    }

    // All of one experiment, behind a run that takes long.
    private static async Task<double> WithWaitingAsync(int count)
    {
        await using var site = await Site.OpenAsync(maxJobs: 1);
        site.Ctl("start");
        var body = JobWithScript(site, "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n");
        await site.SendAsync("/queue/ReductionPending", body);
        for (var i = 0; i < count; i++)
        {
            await site.SendAsync("/queue/ReductionPending", Site.Message(1, i + 2, site.DataFile), withReceipt: i == count - 1);
        }

        await DaemonProcess.UntilAsync(() => site.Status().Waiting >= 100);
        return DaemonProcess.ResidentMegabytes(site.DaemonPid);
    }

    private static byte[] JobWithScript(Site site, string script) => Contract.JobMessage.Parse(Site.Message(1, 1, site.DataFile))
        .With((Contract.MessageKeys.ReductionScript, script)).ToUtf8();
}

using System.Diagnostics;

namespace Autoreduction.EndToEnd;

/// <summary>One run of an empty script, from the message's receipt to Complete.</summary>
internal static class OneRun
{
    private const int Repetitions = 15;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using var site = await Site.OpenAsync();
        site.Ctl("start");
        using var old = StartOldDaemon(site);
        var request = BareDriver.Prepare(Path.Combine(site.Root, "bare"), site.DataFile);
        var number = 0;
        var (ours, bare) = await Timing.ByTurnsAsync(Repetitions, OursAsync, () => Timing.RunAsync("/usr/bin/python3", BareDriver.Driver, request));
        var (again, oldWay) = await Timing.ByTurnsAsync(Repetitions, OursAsync, () => OldAsync(site));
        old.Kill();
        await old.WaitForExitAsync();
        return
        [
            new("one-run", "one run of an empty script, message sent → Complete", "the same driver and script, started by hand", "s", ours, bare, 1.6),
            new("one-run", "the same", "the way of the former system (stomp.py)", "s", again, oldWay, 0.2),
        ];

        async Task OursAsync()
        {
            number++;
            await site.SendAsync("/queue/ReductionPending", Site.Message(number, number, site.DataFile), withReceipt: false);
            await site.ReceiveAsync(1);
        }
    }

    private static Process StartOldDaemon(Site site)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Site.Peers, "old_way.py"), "daemon", $"{site.Port}"]);
        start.Environment["OLD_WAY_DIRECTORY"] = Directory.CreateDirectory(Path.Combine(site.Root, "old", "results")).Parent!.FullName;
        return Process.Start(start)!;
    }

    private static async Task OldAsync(Site site)
    {
        // Bodies without content-length reach stomp.py as text.
        await site.SendAsync("/queue/OldPending", Site.Message(1, 1, site.DataFile), withReceipt: false);
        await site.ReceiveAsync(1);
    }
}

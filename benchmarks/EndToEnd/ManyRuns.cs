namespace Autoreduction.EndToEnd;

/// <summary>Many runs of as many experiments at once, from the first message to the last Complete.</summary>
internal static class ManyRuns
{
    private const int Runs = 200;
    private const int Repetitions = 5;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using var site = await Site.OpenAsync();
        site.Ctl("start");
        var requests = Enumerable.Range(0, Runs).Select(i => BareDriver.Prepare(Path.Combine(site.Root, $"bare-{i}"), site.DataFile));
        var list = Path.Combine(site.Root, "requests");
        File.WriteAllLines(list, requests);
        var number = 0;
        var (ours, peer) = await Timing.ByTurnsAsync(Repetitions, OursAsync,
            () => Timing.RunAsync("/usr/bin/xargs", "-a", list, "-P", $"{Environment.ProcessorCount}", "-n", "1", "/usr/bin/python3", BareDriver.Driver));
        return [new("many-runs", $"{Runs} runs of {Runs} experiments at once", $"xargs -P {Environment.ProcessorCount} over the bare driver", "s", ours, peer, 1.25)];

        async Task OursAsync()
        {
            for (var i = 0; i < Runs; i++)
            {
                number++;
                await site.SendAsync("/queue/ReductionPending", Site.Message(number, number, site.DataFile), withReceipt: false);
            }

            await site.ReceiveAsync(Runs);
        }
    }
}

using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Stopping and restarting a daemon that has runs, on a real ActiveMQ.</summary>
public sealed class LifeTests
{
    private const string ThreeSeconds = "import time\ndef main(input_file, output_dir):\n    time.sleep(3)\n";
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";

    [Test]
    [CancelAfter(120_000)]
    public async Task A_stop_lets_runs_end_and_stop_now_gives_them_back(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        await StartAsync(facility, token);
        await facility.SubmitAsync(1, 1, ThreeSeconds, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        // Longer than a library's idea of an orderly end.
        Assert.That(await facility.CtlAsync(token, "stop", "--drain"), Is.EqualTo((0, "stopped")));
        Assert.That(File.Exists(facility.PidFile), Is.False);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);
        Assert.That(facility.Terminal[0].Queue, Is.EqualTo("Complete"));

        await StartAsync(facility, token);
        await facility.SubmitAsync(2, 2, ThreeSeconds, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 3, token);
        Assert.That(await facility.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
        await facility.ListenUntilAsync(f => f.Terminal.Count == 2, token);
        Assert.That(facility.Terminal[1].Queue, Is.EqualTo("Complete"));

        await StartAsync(facility, token);
        await facility.SubmitAsync(3, 3, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 5, token);
        Assert.That(await facility.CtlAsync(token, "stop", "--now"), Is.EqualTo((0, "stopped")));
        Assert.That(facility.Terminal, Has.Count.EqualTo(2));
        Assert.That(Directory.EnumerateFileSystemEntries($"{facility.Root}/tmp"), Is.Empty);
    }

    private static async Task StartAsync(Facility facility, CancellationToken token)
    {
        var (code, said) = await facility.CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
    }
}

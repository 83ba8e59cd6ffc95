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

    [Test]
    [CancelAfter(120_000)]
    public async Task A_person_submits_a_run_waits_looks_at_its_logs_and_cancels_another(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        await StartAsync(facility, token);
        File.WriteAllText($"{facility.Root}/mine.py", "print('sum is 42')\ndef main(input_file, output_dir):\n    open(output_dir + 'a.txt', 'w').write('1')\n");
        File.WriteAllText($"{facility.Root}/endless.py", Endless);
        string[] submit = ["submit", "--instrument", "ENGINX", "--rb", "1", "--data", $"{facility.Root}/run.nxs", "--wait", "--script"];

        var (code, said) = await facility.CtlAsync(token, [.. submit, $"{facility.Root}/mine.py", "--run", "1"]);
        Assert.That(code, Is.Zero, said);
        Assert.That(said, Does.StartWith("submitted ENGINX 1 (RB 1)").And.EndsWith($"Complete {facility.Root}/results/ENGINX/1/1/run-version-0/"));
        (code, said) = await facility.CtlAsync(token, "logs", "1");
        Assert.That(code, Is.Zero, said);
        Assert.That(said, Does.StartWith("==>").And.Contain("sum is 42").And.Contain("admin.log").And.EndsWith($" <==\nComplete {facility.Root}/results/ENGINX/1/1/run-version-0/"));
        (code, said) = await facility.CtlAsync(token, [.. submit, $"{facility.Root}/mine.py", "--run", "1"]);
        Assert.That(code, Is.Zero, said);
        (code, said) = await facility.CtlAsync(token, "logs", "1");
        Assert.That(said, Does.Contain("'1' means 2 jobs, this is the latest; the others: ENGINX-1-").And.Contain("sum is 42"));

        File.WriteAllText($"{facility.Root}/skip.py", "raise RuntimeError('Skip: no beam')\n");
        File.WriteAllText($"{facility.Root}/wrong.py", "raise ValueError('\\x1b[2Jno monitors')\n");
        (code, said) = await facility.CtlAsync(token, [.. submit, $"{facility.Root}/skip.py", "--run", "4"]);
        Assert.That(code, Is.EqualTo(5), said);
        Assert.That(said, Does.EndWith("Skipped Reduction Skipped: Skip: no beam"));
        (code, said) = await facility.CtlAsync(token, [.. submit, $"{facility.Root}/wrong.py", "--run", "5"]);
        Assert.That(code, Is.EqualTo(1), said);
        Assert.That(said, Does.EndWith("Error REDUCTION Error: ValueError: [2Jno monitors"), "without what would clear the screen");

        // Followed from before its start until after its output has moved to the results.
        File.WriteAllText($"{facility.Root}/slow.py", "import time\nprint('sum is 42')\ndef main(input_file, output_dir):\n    time.sleep(2)\n");
        var following = facility.CtlAsync(token, [.. submit, $"{facility.Root}/slow.py", "--run", "3"]);
        await facility.ListenUntilAsync(f => f.Told.Count == 9, token);
        (code, said) = await facility.CtlAsync(token, "logs", "3", "-f");
        Assert.That((code, (await following).Code), Is.EqualTo((0, 0)), said);
        Assert.That(said.Split("sum is 42"), Has.Length.EqualTo(2), said);
        Assert.That(said, Does.EndWith($" <==\nComplete {facility.Root}/results/ENGINX/1/3/run-version-0/"));

        var waiting = facility.CtlAsync(token, [.. submit, $"{facility.Root}/endless.py", "--run", "2"]);
        await facility.ListenUntilAsync(f => f.Told.Count == 11, token);
        (code, said) = await facility.CtlAsync(token, "check");
        Assert.That(code, Is.Zero, said);
        (code, said) = await facility.CtlAsync(token, "cancel", "--run", "2", "--rb", "1", "--instrument", "enginx");
        Assert.That(said, Does.StartWith("cancelling ENGINX-2-"));
        Assert.That((await waiting).Code, Is.EqualTo(1));
        Assert.That((await facility.CtlAsync(token, "jobs", "--all")).Said, Does.Contain("Cancelled"));
    }

    private static async Task StartAsync(Facility facility, CancellationToken token)
    {
        var (code, said) = await facility.CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
    }
}

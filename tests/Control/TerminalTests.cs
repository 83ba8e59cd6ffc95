using Autoreduction.Contract;
using Autoreduction.Control;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>Colours and lines that change, for people alone: on a real terminal, and not in a pipe.</summary>
public sealed class TerminalTests
{
    private const string Clear = "\r\e[K";
    private const string ToTop = "\e[H\e[J";
    private const string Cyan = "\e[36m";

    [Test]
    [CancelAfter(120_000)]
    public async Task A_person_sees_a_run_progress_and_a_pipe_gets_plain_lines(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Func<string[], string[]> ctl = facility.Place.CommandLine;
        var script = $"{facility.Root}/patient.py";
        await File.WriteAllTextAsync(script, $"""
            import os, time
            def main(input_file, output_dir):
                print("step 1 " + "of 2 " * 30, flush=True)
                while not os.path.exists("{facility.Root}/go"):
                    time.sleep(0.05)
            """, token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        using var submit = new PseudoTerminal(ctl(["submit", "--instrument", "LET", "--run", "1", "--rb", "1", "--data", $"{facility.Root}/run.nxs", "--script", script, "--wait"]));
        await submit.SeeAsync("step 1 of 2", token);

        // Live on a terminal: from its top, with the script's last line.
        using (var watch = new PseudoTerminal(ctl(["jobs", "--watch"])))
        {
            await watch.SeeAsync(ToTop + "INSTRUMENT", token);
            await watch.SeeAsync("    step 1 of 2", token);
            await watch.SeeAsync(Cyan + "Running", token);
        }

        // Where the window ends amid the state.
        using (var narrow = new PseudoTerminal(["/bin/sh", "-c", "stty cols 42; exec \"$@\"", "sh", .. ctl(["jobs", "--watch"])]))
        {
            await narrow.SeeAsync(Cyan + "Runn\e[0m\r\n", token);
        }

        // What holds it up is more than what it said last.
        var job = Directory.GetDirectories($"{facility.Root}/state/jobs").Single();
        await File.WriteAllTextAsync(new JobFiles(job).Trouble, "the storage is away", token);
        await submit.SeeAsync("s the storage is away", token);
        using (var watch = new PseudoTerminal(ctl(["jobs", "--watch"])))
        {
            await watch.SeeAsync("    the storage is away", token);
        }

        File.Delete(new JobFiles(job).Trouble);

        // Once, with colours, without where they are not wanted, and plain in a pipe.
        Assert.That((await SeenAsync(ctl(["jobs"]), token)).Seen, Does.Contain(Cyan).And.Not.Contain(ToTop));
        Assert.That((await SeenAsync(ctl(["jobs"]), token, ("NO_COLOR", "1"))).Seen, Does.Contain("Running").And.Not.Contain("\e[3").And.Not.Contain("\e[0m"));
        Assert.That((await SeenAsync(ctl(["jobs"]), token, ("TERM", "dumb"))).Seen, Does.Contain("Running").And.Not.Contain("\e[3").And.Not.Contain("\e[0m"));
        Assert.That((await facility.CtlAsync(token, "jobs")).Said, Does.Contain("Running").And.Not.Contain("\e[3").And.Not.Contain("\e[0m"));

        // A stop says what it waits for, and clears it away.
        using var stop = new PseudoTerminal(ctl(["stop", "--drain"]));
        await stop.SeeAsync("stopping, 1 job runs, ", token);
        await File.WriteAllTextAsync($"{facility.Root}/go", "", token);
        var (code, seen) = await stop.EndAsync(token);
        Assert.That(code, Is.Zero, seen);
        Assert.That(seen, Does.EndWith($"{Clear}stopped\r\n"));

        // The daemon is gone with the outcome: a person who waits is told what to do.
        await submit.SeeAsync("the daemon does not answer", token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        (code, seen) = await submit.EndAsync(token);
        Assert.That(code, Is.Zero, seen);
        Assert.That(seen.Split("\r\n")[0], Does.EndWith("submitted LET 1 (RB 1)"));
        Assert.That(seen, Does.Match(@"\r\e\[KRunning \d+\.\ds step 1 of 2").And.Contain("Complete"));
        Assert.That(seen.Split(Clear).Where(line => line.Contains("step 1")), Is.Not.Empty.And.All.Length.LessThan(80), "none wraps");
    }

    [TestCase("plain", 5, "plain")]
    [TestCase("plain", 4, "plai")]
    [TestCase("a\e[36mRunning\e[0m b", 10, "a\e[36mRunning\e[0m b")]
    [TestCase("a\e[36mRunning\e[0m b", 9, "a\e[36mRunning\e[0m \e[0m")]
    [TestCase("a\e[36mRunning\e[0m b", 3, "a\e[36mRu\e[0m")]
    [TestCase("a\e[36mRunning\e[0m b", 1, "a\e[36m\e[0m")]
    [TestCase("ab\e[36mRunning\e[0m b", 1, "a")]
    public void A_line_that_is_cut_ends_its_colour(string line, int room, string expected) =>
        Assert.That(Terminal.Cut(line, room), Is.EqualTo(expected));

    private static async Task<(int Code, string Seen)> SeenAsync(string[] command, CancellationToken token, params (string Name, string Value)[] environment)
    {
        using var terminal = new PseudoTerminal(command, environment);
        return await terminal.EndAsync(token);
    }
}

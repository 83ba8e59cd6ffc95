using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>cancel, check, logs and submit without a broker.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class VerbTests
{
    [TestCase("start")]
    [TestCase("stop")]
    [TestCase("restart")]
    [TestCase("status")]
    [TestCase("jobs")]
    [TestCase("submit")]
    [TestCase("cancel")]
    [TestCase("logs")]
    [TestCase("check")]
    [TestCase("check-config")]
    [CancelAfter(60_000)]
    public async Task Help_shows_an_example(string verb, CancellationToken token)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(token, verb, "--help");

        Assert.That(code, Is.Zero);
        Assert.That(said, Does.Match($@"Example: autoreduction-ctl( --config \S+)? {verb}\b"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_a_daemon_every_verb_says_what_to_do(CancellationToken token)
    {
        await using var installation = Installation.Create();

        Assert.That(await installation.CtlAsync(token, "check"), Is.EqualTo((2, "AUTOREDUCTION CRITICAL: the daemon does not run; start it with: autoreduction-ctl start, or systemctl start autoreduction")));
        Assert.That(await installation.CtlAsync(token, "cancel", "--run", "1", "--rb", "2"), Is.EqualTo((1, "not cancelled: the daemon does not run; start it, then cancel again")));
        Directory.CreateDirectory($"{installation.Root}/state");
        Assert.That(await installation.CtlAsync(token, "logs", "7"), Is.EqualTo((1, "no job '7' is known here; list all with: autoreduction-ctl jobs --all")));
        Assert.That((await installation.CtlAsync(token, "logs")).Said, Does.StartWith("there is no log yet"));
        Assert.That((await installation.CtlAsync(token, "jobs")).Said, Does.StartWith("INSTRUMENT"));
        Assert.That(await installation.CtlAsync(token, "jobs", "--json"), Is.EqualTo((0, "[]\nno daemon answers: this is what the records on disk say; see: autoreduction-ctl status")));
    }

    [TestCase(null, 1, "^no daemon answers, and there are no records: .*/state does not exist; is daemon.state_directory right\\?")]
    [TestCase("0755", 0, "^INSTRUMENT")]
    [TestCase("0700", 4, "^no daemon answers, and its records in .*/state are not for this user; do this as the daemon's user or as root$")]
    [CancelAfter(60_000)]
    public async Task Jobs_without_a_daemon_says_whether_there_are_records_and_for_whom(string? mode, int expected, string words)
    {
        await using var installation = Installation.Create();
        if (mode is not null)
        {
            Directory.CreateDirectory($"{installation.Root}/state/jobs");
            File.SetUnixFileMode($"{installation.Root}/state", (UnixFileMode)Convert.ToInt32(mode, 8));
        }

        foreach (var verb in (string[][])[["jobs"], ["jobs", "--all"], ["jobs", "--watch"]])
        {
            if (expected == 0 && verb.Contains("--watch"))
            {
                // It would go on.
                continue;
            }

            var (code, said) = await installation.CtlAsNobodyAsync(CancellationToken.None, verb);
            Assert.That(code, Is.EqualTo(expected), said);
            Assert.That(said, Does.Match(words));
        }

        // Also of one job.
        var (logs, why) = await installation.CtlAsNobodyAsync(CancellationToken.None, "logs", "7");
        Assert.That(logs, Is.EqualTo(expected == 0 ? 1 : expected), why);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task With_a_daemon_that_has_no_broker_they_tell_so(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);

        var (code, said) = await installation.CtlAsync(token, "check", "--warning", "5", "--critical", "9");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.Match(@"^AUTOREDUCTION CRITICAL: not connected: .*, 0 running, >= 0 waiting \| running=0;;;0;\d+ waiting=0;5;9;0 oldest=0s;;;0$"));
        Assert.That(await installation.CtlAsync(token, "cancel", "--run", "1", "--rb", "2"), Is.EqualTo((0, "no such run is here; it is cancelled when it arrives within 24 hours, as often as it does")));
        Assert.That((await installation.CtlAsync(token, "cancel", "--run", "1", "--rb", "2", "--json")).Said, Does.Contain("\"remembered\": true"));
        (code, said) = await installation.CtlAsync(token, "cancel", "--run", "0", "--rb", "2");
        Assert.That((code, said.Contains("run_number")), Is.EqualTo((1, true)));
        (code, said) = await installation.CtlAsync(token, "logs", "--lines", "1000");
        Assert.That((code, said.Contains("INFO  up")), Is.EqualTo((0, true)));

        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        (code, said) = await installation.CtlAsNobodyAsync(token, "check");
        Assert.That((code, said.StartsWith("AUTOREDUCTION UNKNOWN: no permission")), Is.EqualTo((3, true)));
        Assert.That((await installation.CtlAsNobodyAsync(token, "cancel", "--run", "1", "--rb", "2")).Code, Is.EqualTo(4));
    }
}

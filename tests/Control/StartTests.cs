using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

[Parallelizable(ParallelScope.All)]
public sealed class StartTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task A_daemon_is_started_once_and_stopped_once(CancellationToken token)
    {
        await using var installation = Installation.Create();

        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "not running")));
        var (code, said) = await installation.CtlAsync(token, "start");
        Assert.That(code, Is.Zero);
        Assert.That(said, Does.StartWith($"started (pid {installation.Pid}), broker unreachable, retrying"));
        Assert.That(await installation.CtlAsync(token, "start"), Is.EqualTo((1, $"already running (pid {installation.Pid})")));
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((3, "not running")));
        Assert.That(Directory.EnumerateFileSystemEntries($"{installation.Root}/run"), Is.EqualTo(new[] { installation.LockFile }), "the lock file stays");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F19_A_daemon_has_nothing_of_its_starter(CancellationToken token)
    {
        await using var installation = Installation.Create();
        const string script = "umask 077; exec env SECRET=1 LC_TIME=C AUTOREDUCTION_MARK=1 --ignore-signal=HUP,INT,CHLD --block-signal=USR2 \"$@\" 7</etc/passwd 8>>\"$0\"";
        var leak = $"{installation.Root}/leak";

        var (code, said) = await Programs.RunAsync(["/bin/sh", "-c", script, leak, .. installation.CommandLine("start")], token);

        Assert.That(code, Is.Zero, said);
        var pid = installation.Pid;
        Assert.That(ProcessStat.TryRead(pid, out var stat), Is.True);
        Assert.That(Ancestors(), Does.Contain(stat.ParentPid), "parent is 1, or the nearest subreaper");
        Assert.That((stat.Session == pid, stat.Terminal), Is.EqualTo((false, 0)));
        Assert.That(stat.ProcessGroup, Is.EqualTo(stat.Session), "the group of stage 1, whose leader has ended");
        Assert.That(ProcessStat.TryRead(stat.Session, out _), Is.False);
        Assert.That(Link(pid, "cwd"), Is.EqualTo("/"));
        Assert.That(new[] { "fd/0", "fd/1", "fd/2" }.Select(name => Link(pid, name)), Has.All.EqualTo("/dev/null"));
        Assert.That(OpenFiles(pid).Where(name => name.StartsWith('/')), Has.All.StartsWith(installation.Root).Or.StartsWith(AppContext.BaseDirectory).Or.StartsWith("/dev/").Or.StartsWith("/usr/").Or.StartsWith("/memfd:"));
        Assert.That(OpenFiles(pid), Does.Not.Contain(leak).And.Not.Contain("/etc/passwd"));

        var environment = File.ReadAllText($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0]).ToList();
        Assert.That(environment, Does.Contain("AUTOREDUCTION_MARK").And.Contain("LC_TIME"));
        Assert.That(environment, Has.All.Match("^(AUTOREDUCTION.*|PATH|LANG|LC_.*|TZ|HOME)$"));

        var status = File.ReadLines($"/proc/{pid}/status").Select(line => line.Split(":\t")).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.That(status["Umask"], Is.EqualTo("0022"));
        Assert.That(Convert.ToUInt64(status["SigBlk"], 16), Is.Zero);
        Assert.That(Convert.ToUInt64(status["SigIgn"], 16) & 0x7fffffff, Is.EqualTo(1UL << 12), "SIGPIPE, which the runtime ignores");
    }

    [TestCase(20)]
    [TestCase(50, Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F20_Many_starts_at_once_give_one_daemon(int count, CancellationToken token)
    {
        await using var installation = Installation.Create();

        var starts = Enumerable.Range(0, count).Select(_ => installation.CtlAsync(token, "start")).ToList();
        var seen = new List<int>();
        while (!starts.TrueForAll(start => start.IsCompleted))
        {
            seen.Add((await installation.CtlAsync(token, "status")).Code);
        }

        var results = await Task.WhenAll(starts);
        Assert.That(results.Count(result => result.Code == 0), Is.EqualTo(1));

        // So many programs at once may keep the daemon from its answer for longer than ctl waits, which then says so.
        Assert.That(
            results.Where(result => result.Code != 0).Select(result => $"{result.Code} {result.Said}"),
            Has.All.Match($"^1 (already running|process {installation.Pid} holds the daemon's lock, but does not answer)"));
        Assert.That(seen, Has.None.EqualTo(1), "never dead");
        Assert.That(File.ReadAllText(installation.PidFile), Is.EqualTo($"{installation.Pid}\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F20_Starts_and_stops_in_any_order_end_in_a_state_that_status_tells(CancellationToken token)
    {
        await using var installation = Installation.Create();
        string[] verbs = ["start", "stop", "start", "stop", "start", "stop"];

        var results = await Task.WhenAll(verbs.Select(verb => installation.CtlAsync(token, verb)));
        var (status, said) = await installation.CtlAsync(token, "status");

        Assert.That(results.Select(result => result.Code), Has.All.AnyOf(0, 1));
        Assert.That(status, Is.EqualTo(installation.IsRunning ? 0 : 3), said);
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, status == 0 ? "stopped" : "not running")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task In_the_foreground_ctl_becomes_the_daemon(CancellationToken token)
    {
        await using var installation = Installation.Create();
        const string script = "umask 077; exec \"$@\" 7</etc/passwd";

        var running = Programs.RunAsync(["/bin/sh", "-c", script, "sh", .. installation.CommandLine("start", "--foreground")], token);
        await Installation.UntilAsync(() => File.Exists(installation.PidFile), token);

        Assert.That(ProcessStat.TryRead(installation.Pid, out var stat), Is.True);
        Assert.That(stat.ParentPid, Is.EqualTo(Environment.ProcessId), "the process that was ctl");
        Assert.That(OpenFiles(installation.Pid), Does.Not.Contain("/etc/passwd"));
        Assert.That(File.ReadAllText($"/proc/{installation.Pid}/status"), Does.Contain("Umask:\t0022"));
        Assert.That((await installation.CtlAsync(token, "start", "--foreground")).Code, Is.EqualTo(1));
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
        Assert.That((await running).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F19_As_pid_1_of_a_container_ctl_stays_above_the_daemon_and_hands_on_signal_and_exit_code(CancellationToken token)
    {
        await using var installation = Installation.Create();
        Assume.That((await Programs.RunAsync(["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "true"], token)).Code, Is.Zero, "no pid namespaces here");

        var running = Programs.RunAsync(["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", .. installation.CommandLine("start", "--foreground")], token);
        await Installation.UntilAsync(() => File.Exists(installation.PidFile), token);
        Assert.That(File.ReadAllText(installation.PidFile), Is.Not.EqualTo("1\n"));

        // The daemon's parent is pid 1 of its namespace.
        Assert.That(ProcessStat.TryRead(installation.Pid, out var stat), Is.True);
        using var init = PidFd.TryOpen(stat.ParentPid);
        init!.SendSignal(Signals.SIGTERM);

        Assert.That((await running).Code, Is.Zero);
        Assert.That(installation.IsRunning, Is.False);
    }

    private static List<int> Ancestors()
    {
        var ancestors = new List<int>();
        for (var pid = Environment.ProcessId; ProcessStat.TryRead(pid, out var stat); pid = stat.ParentPid)
        {
            ancestors.Add(stat.ParentPid);
        }

        return ancestors;
    }

    private static string Link(int pid, string name) => new FileInfo($"/proc/{pid}/{name}").LinkTarget ?? "";

    private static List<string> OpenFiles(int pid) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "")];
}

using Autoreduction.Contract;
using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>What each verb says, and with which code, in the states in which a daemon is no help.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StateTests
{
    private const int Stop = 19;

    [Test]
    [CancelAfter(120_000)]
    public async Task Hung_by_SIGSTOP(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        LeaveRecord(installation);
        var pid = installation.Pid;
        installation.Signal(Stop);

        await ExpectAsync(installation, token,
            (4, "^unknown: .*kill -CONT PID lets it go on$", ["status"]),
            (4, "^{\\s+\"state\": \"unknown\",.*lets it go on\"\\s+}$", ["status", "--json"]),
            (2, "^AUTOREDUCTION CRITICAL: process PID holds the daemon's lock, .*kill -CONT PID", ["check"]),
            (1, "^process PID holds the daemon's lock, .*kill -CONT PID lets it go on$", ["start"]),
            (0, "LET +7 .*no daemon answers: this is what the records on disk say", ["jobs"]),
            (1, "^not known whether it was cancelled: the daemon did not answer", ["cancel", "--run", "7", "--rb", "1"]),
            (0, "INFO  up", ["logs"]),
            (1, "^job LET-7-x has logged nothing yet", ["logs", "7"]));
        Assert.That((await installation.CtlAsync(token, "restart")).Code, Is.Zero, "it goes on, and hands over");
        Assert.That(installation.Pid, Is.Not.EqualTo(pid));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Dead_with_its_files_left(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        LeaveRecord(installation);
        var pid = installation.Pid;
        await installation.KillAsync(token);

        await ExpectAsync(installation, token,
            (1, "^dead, but .* is left \\(pid \\d+\\); start takes over$", ["status"]),
            (1, "^{\\s+\"state\": \"dead\",.*start takes over\"\\s+}$", ["status", "--json"]),
            (2, "^AUTOREDUCTION CRITICAL: the daemon does not run; start it with: ", ["check"]),
            (0, "LET +7 .*no daemon answers", ["jobs"]),
            (0, "^\\[\\s+{.*\"LET-7-x\"", ["jobs", "--json"]),
            (1, "^not cancelled: the daemon does not run; start it, then cancel again$", ["cancel", "--run", "7", "--rb", "1"]),
            (0, "INFO  up", ["logs"]),
            (0, "^not running$", ["stop"]),
            (0, "^not running$", ["stop", "--drain"]),
            (0, "^started \\(pid \\d+\\), broker unreachable", ["start"]),
            (0, "^running since", ["status"]),
            (0, "^stopped$", ["stop"]),
            (3, "^not running$", ["status"]));
        Assert.That(File.Exists(installation.PidFile), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Starting(CancellationToken token)
    {
        // The lock's holder is the test, which is old for a start.
        await using var installation = Installation.Create(more: "start_timeout_seconds = 100000");
        using var held = FileLock.TryAcquire(installation.LockFile, FileBits.Readable, TimeSpan.Zero);
        Directory.CreateDirectory($"{installation.Root}/state");

        await ExpectAsync(installation, token,
            (0, "^starting \\(pid PID\\)$", ["status"]),
            (1, "^AUTOREDUCTION WARNING: starting \\(pid PID\\)$", ["check"]),
            (1, "^already running \\(pid PID\\)$", ["start"]),
            (0, "^INSTRUMENT", ["jobs"]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Starting_for_longer_than_a_start_may_take(CancellationToken token)
    {
        await using var installation = Installation.Create(more: "start_timeout_seconds = 1");
        using var held = FileLock.TryAcquire(installation.LockFile, FileBits.Readable, TimeSpan.Zero);

        await ExpectAsync(installation, token,
            (4, $"^unknown: process PID holds the daemon's lock, but does not answer within 3 s; look at its log, and end it by: autoreduction-ctl --config {installation.SettingsPath} stop$", ["status"]),
            (2, "^AUTOREDUCTION CRITICAL: process PID holds the daemon's lock", ["check"]));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Running_while_its_settings_file_has_a_mistake(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        var good = await File.ReadAllTextAsync(installation.SettingsPath, token);
        await File.WriteAllTextAsync(installation.SettingsPath, good.Replace("[broker]", "[broker]\nusrname = \"x\"", StringComparison.Ordinal), token);

        await ExpectAsync(installation, token,
            (0, "^running since.*broker.usrname: unknown key; did you mean username\\?", ["status"]),
            (2, "AUTOREDUCTION CRITICAL: not connected", ["check"]),
            (0, "INSTRUMENT.*unknown key", ["jobs"]),
            (0, "INFO  up", ["logs"]),
            (78, "unknown key", ["start"]),
            (78, "unknown key", ["restart"]));

        // Which daemon is meant can't be told.
        await File.WriteAllTextAsync(installation.SettingsPath, good.Replace("pid_file", "pidfile", StringComparison.Ordinal), token);
        await ExpectAsync(installation, token,
            (78, "daemon.pidfile: unknown key", ["status"]),
            (3, "^AUTOREDUCTION UNKNOWN: .*daemon.pidfile: unknown key", ["check"]),
            (3, "^AUTOREDUCTION UNKNOWN: Cannot parse argument 'x' for option '--warning'$", ["check", "--warning", "x"]));
        await File.WriteAllTextAsync(installation.SettingsPath, good.Replace("[broker]", "[broker]\nusrname = \"x\"", StringComparison.Ordinal), token);
        await ExpectAsync(installation, token, (0, "stopped", ["stop"]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Running_as_another_user(CancellationToken token)
    {
        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        var pid = installation.Pid;
        Assert.That(Syscall.chown(installation.LockFile, 65534, 65534), Is.Zero);

        await ExpectAsync(installation, token,
            (4, $"^the daemon is run by nobody, and goes on; type: runuser -u nobody -- autoreduction-ctl --config {installation.SettingsPath} restart$", ["restart"]),
            (0, "^running since", ["status"]));
        Assert.That(installation.Pid, Is.EqualTo(pid));
    }

    [TestCase("run")]
    [TestCase("state")]
    [TestCase("log")]
    [TestCase("tmp")]
    [CancelAfter(60_000)]
    public async Task Directories_of_another_user_are_told_to_root_with_what_to_type(string name)
    {
        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        await using var installation = Installation.Create();
        Assert.That(Syscall.chown(Directory.CreateDirectory($"{installation.Root}/{name}").FullName, 65534, 65534), Is.Zero);

        await ExpectAsync(installation, CancellationToken.None,
            (78, $"^{installation.Root}/{name} belongs to nobody, who should run the daemon; type: runuser -u nobody -- autoreduction-ctl --config {installation.SettingsPath} start$", ["start"]));
        Assert.That(installation.IsRunning, Is.False);
        Assert.That(Directory.GetDirectories(installation.Root).Length, Is.EqualTo(name == "run" ? 1 : 2), "nothing was made");
    }

    // What a daemon that knew a run left of it.
    private static void LeaveRecord(Installation installation) =>
        installation.LeaveRecord(new() { Id = "LET-7-x", MessageId = "ID:1", Instrument = "LET", Run = "7", RbNumber = 1, State = JobState.Waiting, Received = DateTimeOffset.Now, Since = DateTimeOffset.Now });

    private static async Task ExpectAsync(Installation installation, CancellationToken token, params (int Code, string Words, string[] Verb)[] table)
    {
        var pid = FileLock.OwnerOf(installation.LockFile);
        foreach (var (code, words, verb) in table)
        {
            var (actual, said) = await installation.CtlAsync(token, verb);

            Assert.That(actual, Is.EqualTo(code), $"{string.Join(' ', verb)}: {said}");
            Assert.That(said, Does.Match("(?s)" + words.Replace("PID", $"{pid}")), string.Join(' ', verb));
        }
    }
}

using NUnit.Framework;

namespace Autoreduction.Tests.Control;

[Parallelizable(ParallelScope.All)]
public sealed class StopTests
{
    // Holds the lock, says that it is up, and hears neither TERM nor INT.
    private const string Deaf = """
        exec /usr/bin/python3 -c '
        import fcntl, os, signal, sys
        for number in signal.SIGTERM, signal.SIGINT: signal.signal(number, signal.SIG_IGN)
        fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)
        os.write(3, b"Rup\0")
        os.close(3)
        while True: signal.pause()
        ' $run/daemon.lock
        """;

    [TestCase("stop")]
    [TestCase("stop", "--now")]
    [TestCase("stop", "--drain")]
    [CancelAfter(60_000)]
    public async Task An_idle_daemon_is_stopped_in_every_way(params string[] verb)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(default);

        Assert.That(await installation.CtlAsync(default, verb), Is.EqualTo((0, "stopped")));
        Assert.That(installation.IsRunning, Is.False);
        Assert.That(File.Exists(installation.PidFile), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F14_A_daemon_that_was_stopped_by_SIGSTOP_goes_on_and_ends(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        installation.Signal(Stop);

        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
        Assert.That(File.Exists(installation.PidFile), Is.False, "it ended in order");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task F14_A_daemon_that_hears_nothing_is_killed_in_the_end(CancellationToken token)
    {
        await using var installation = Installation.WithDaemon(Deaf);
        await installation.StartAsync(token);

        var (code, said) = await installation.CtlAsync(token, "stop", "--now");

        Assert.That(code, Is.Zero);
        Assert.That(said, Does.StartWith("stopped").And.Contain("it is killed"));
        Assert.That(installation.IsRunning, Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Another_users_daemon_is_left_alone_with_words_and_code(CancellationToken token)
    {
        await using var installation = Installation.Create();
        await installation.StartAsync(token);

        foreach (var verb in new[] { "stop", "restart" })
        {
            var (code, said) = await installation.CtlAsNobodyAsync(token, verb);
            Assert.That(code, Is.EqualTo(4).Or.EqualTo(78), said);
        }

        Assert.That(await installation.CtlAsNobodyAsync(token, "stop"), Is.EqualTo((4, "no permission to signal the daemon; do this as its user or as root")));
        Assert.That((await installation.CtlAsync(token, "status")).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_restart_replaces_the_daemon_and_starts_one_where_none_runs(CancellationToken token)
    {
        await using var installation = Installation.Create();

        Assert.That((await installation.CtlAsync(token, "restart")).Code, Is.Zero);
        var first = installation.Pid;
        Assert.That((await installation.CtlAsync(token, "restart")).Said, Does.StartWith($"started (pid {installation.Pid}), broker unreachable, retrying"));
        Assert.That(installation.Pid, Is.Not.EqualTo(first));

        File.AppendAllText(installation.SettingsPath, "\nnonsense = 1\n");
        Assert.That((await installation.CtlAsync(token, "restart")).Code, Is.EqualTo(78));
        Assert.That(installation.IsRunning, Is.True, "broken settings leave the old daemon alone");
    }

    private const int Stop = 19;
}

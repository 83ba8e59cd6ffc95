using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>F28: a start that fails says why, in time, and leaves no half-started daemon.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StartFailureTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Broken_settings_are_told_with_file_line_and_key(CancellationToken token)
    {
        await using var installation = Installation.Create(more: "max_jops = 3");

        var (code, said) = await installation.CtlAsync(token, "start");

        Assert.That(code, Is.EqualTo(78));
        Assert.That(said, Does.Contain(installation.SettingsPath).And.Contain("max_jops").And.Contain("max_jobs"));
        Assert.That(installation.IsRunning, Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_daemon_that_cannot_come_up_tells_why_and_leaves_nothing(CancellationToken token)
    {
        await using var installation = Installation.Create();
        Directory.CreateDirectory($"{installation.PidFile}/inner");

        var (code, said) = await installation.CtlAsync(token, "start");

        Assert.That((code, said), Is.EqualTo((1, $"rename {installation.PidFile}: Is a directory (EISDIR)")));
        Assert.That(installation.IsRunning, Is.False);
        Assert.That(File.Exists($"{installation.Root}/run/autoreduction.sock"), Is.False);
    }

    [TestCase("exit 3", "the daemon died while starting")]
    [TestCase("kill -9 $$", "the daemon died while starting")]
    [TestCase("printf 'E78 line 7: no\\0' >&3; exit 78", "line 7: no")]
    [TestCase("printf 'Ethe disk is full\\0' >&3", "the disk is full")]
    [CancelAfter(60_000)]
    public async Task F28_A_daemon_that_dies_while_starting_is_no_success(string script, string expected, CancellationToken token)
    {
        await using var installation = Installation.WithDaemon(script);

        var (code, said) = await installation.CtlAsync(token, "start");

        Assert.That(code, Is.EqualTo(expected == "line 7: no" ? 78 : 1));
        Assert.That(said, Does.StartWith(expected));
    }

    [TestCase("exec sleep 600", TestName = "F28 A daemon that never says that it is up is ended")]
    [TestCase("trap '' TERM; exec 3>&-; exec sleep 600", TestName = "F28 A daemon that closes its pipe without a word and ignores TERM is killed")]
    [CancelAfter(60_000)]
    public async Task F28_A_silent_daemon_is_ended(string script, CancellationToken token)
    {
        await using var installation = Installation.WithDaemon($"echo $$ >$run/pid; {script}", "start_timeout_seconds = 1");

        var (code, said) = await installation.CtlAsync(token, "start");

        var pid = int.Parse(File.ReadAllText($"{installation.Root}/run/pid"), CultureInfo.InvariantCulture);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(said, Does.StartWith("the daemon").And.EndsWith($"{installation.Root}/log/autoreduction-processor.log may say why"));
        Assert.That(ProcessStat.TryRead(pid, out var stat) && !stat.IsZombie, Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_daemon_program_that_may_not_run_is_named(CancellationToken token)
    {
        await using var installation = Installation.WithDaemon("");
        var daemon = $"{installation.Root}/programs/autoreduction-processor";
        File.SetUnixFileMode(daemon, UnixFileMode.UserRead);
        Assert.That(await installation.CtlAsync(token, "start"), Is.EqualTo((1, $"exec {daemon}: Permission denied (EACCES)")));

        File.Delete(daemon);
        Assert.That(await installation.CtlAsync(token, "start"), Is.EqualTo((1, $"{daemon} is missing: it belongs beside autoreduction-ctl")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F28_A_start_that_is_killed_while_it_waits_leaves_a_whole_daemon(CancellationToken token)
    {
        // A broker that accepts and says nothing keeps the daemon from saying at once that it is up.
        using var broker = new TcpListener(IPAddress.Loopback, 0);
        broker.Start();
        await using var installation = Installation.Create(((IPEndPoint)broker.LocalEndpoint).Port);
        var command = installation.CommandLine("start");
        using (var starter = Process.Start(command[0], command[1..]))
        {
            await Installation.UntilAsync(() => installation.IsRunning, token);
            starter.Kill();
            await starter.WaitForExitAsync(token);
        }

        await Installation.UntilAsync(() => File.Exists(installation.PidFile), token);

        var (code, said) = await installation.CtlAsync(token, "status");
        Assert.That((code, said.Split(' ')[0]), Is.EqualTo((0, "running")));
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_directory_that_nobody_may_make_is_named(CancellationToken token)
    {
        await using var installation = Installation.Create();
        Assert.That((await installation.CtlAsNobodyAsync(token, "start")).Code, Is.EqualTo(4).Or.EqualTo(78));
        Assert.That(installation.IsRunning, Is.False);
    }
}

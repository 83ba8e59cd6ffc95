using System.Globalization;
using Autoreduction.Posix;
using Autoreduction.Tests.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>F21: whatever stands in the place of the pid file, nobody is signalled, and the daemon starts.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StalePidFileTests
{
    [TestCase("999999999\n")]
    [TestCase("1\n")]
    [TestCase("garbage\n")]
    [TestCase("")]
    [TestCase("symlink")]
    [TestCase("directory")]
    [TestCase("fifo")]
    [TestCase("10 MB")]
    [CancelAfter(60_000)]
    public async Task F21_A_stale_pid_file_is_told_and_replaced(string kind, CancellationToken token)
    {
        await using var installation = Installation.Create();
        StalePidFile.Make(installation.PidFile, kind);

        Assert.That((await installation.CtlAsync(token, "status")).Code, Is.EqualTo(1));
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "not running")));
        await installation.StartAsync(token);
        Assert.That(File.ReadAllText(installation.PidFile), Is.EqualTo($"{installation.Pid}\n"));
        Assert.That((await installation.CtlAsync(token, "status")).Code, Is.Zero);
        Assert.That(await installation.CtlAsync(token, "stop", "--now"), Is.EqualTo((0, "stopped")));
        Assert.That((await installation.CtlAsync(token, "status")).Code, Is.EqualTo(3));
        Assert.That(File.ReadAllText(StalePidFile.TargetOf(installation.PidFile)), Is.EqualTo("1\n"));
    }

    [TestCase("")]
    [TestCase("setpriv --reuid=65534 --clear-groups ")]
    [CancelAfter(60_000)]
    public async Task F21_A_pid_that_is_another_process_by_now_of_whatever_user_harms_nobody(string user, CancellationToken token)
    {
        Assume.That(user.Length == 0 || Environment.IsPrivilegedProcess, "takes root");
        await using var installation = Installation.Create();
        await installation.StartAsync(token);
        await installation.KillAsync(token);
        using var foreign = Spawner.Start(Probe.Shell($"exec {user}sh -c \"trap 'exit 3' TERM HUP USR1 USR2; while :; do sleep 0.1; done\""));
        File.WriteAllText(installation.PidFile, string.Create(CultureInfo.InvariantCulture, $"{foreign.Pid}\n"));

        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((1, $"dead, but {installation.PidFile} is left (pid {foreign.Pid}); start takes over")));
        Assert.That(await installation.CtlAsync(token, "stop", "--now"), Is.EqualTo((0, "not running")));
        Assert.That((await installation.CtlAsync(token, "restart")).Code, Is.Zero);
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));

        Assert.That(Probe.End(foreign).Signal, Is.EqualTo(Signals.SIGKILL), "it lived until this test ended it");
    }
}

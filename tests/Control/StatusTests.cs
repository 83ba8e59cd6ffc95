using System.Text.Json.Nodes;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>status in every state of the daemon, with the codes of the LSB.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StatusTests
{
    private const int Stop = 19;

    [Test]
    [CancelAfter(60_000)]
    public async Task Running_then_hung_then_running_then_dead(CancellationToken token)
    {
        await using var installation = Installation.Create();
        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((3, "not running")));
        Assert.That(await JsonAsync(installation.CtlAsync(token, "status", "--json")), Is.EqualTo((3, "not-running", "not running")));
        await installation.StartAsync(token);
        var pid = installation.Pid;

        var (code, said) = await installation.CtlAsync(token, "status");
        Assert.That(code, Is.Zero);
        Assert.That(said, Does.StartWith("running since ").And.Contain($"pid {pid}").And.Contain("not connected"));
        (code, said) = await installation.CtlAsync(token, "status", "--json");
        Assert.That((code, (int)JsonNode.Parse(said)!["pid"]!), Is.EqualTo((0, pid)));

        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        (code, said) = await installation.CtlAsNobodyAsync(token, "status");
        Assert.That(code, Is.EqualTo(4));
        Assert.That(said, Does.StartWith("no permission"));
        var unasked = await JsonAsync(installation.CtlAsNobodyAsync(token, "status", "--json"));
        Assert.That(unasked, Is.EqualTo((4, "unknown", said)));

        installation.Signal(Stop);
        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((4, $"unknown: process {pid} holds the daemon's lock, but does not answer within 3 s: somebody stopped it by a signal; kill -CONT {pid} lets it go on")));
        Assert.That(await JsonAsync(installation.CtlAsync(token, "status", "--json")), Is.EqualTo((4, "unknown", $"process {pid} holds the daemon's lock, but does not answer within 3 s: somebody stopped it by a signal; kill -CONT {pid} lets it go on")));
        installation.Signal(Signals.SIGCONT);
        Assert.That((await installation.CtlAsync(token, "status")).Code, Is.Zero);

        await installation.KillAsync(token);
        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((1, $"dead, but {installation.PidFile} is left (pid {pid}); start takes over")));
        Assert.That(await JsonAsync(installation.CtlAsync(token, "status", "--json")), Is.EqualTo((1, "dead", $"dead, but {installation.PidFile} is left (pid {pid}); start takes over")));
        Assert.That(await installation.CtlAsync(token, "stop"), Is.EqualTo((0, "not running")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_daemon_that_has_its_lock_and_no_pid_file_yet_is_starting(CancellationToken token)
    {
        // The lock's holder is the test, which is old for a start.
        await using var installation = Installation.Create(more: "start_timeout_seconds = 100000");
        using var held = FileLock.TryAcquire(installation.LockFile, FileBits.Readable, TimeSpan.Zero);

        Assert.That(await installation.CtlAsync(token, "status"), Is.EqualTo((0, $"starting (pid {Environment.ProcessId})")));
        Assert.That(await JsonAsync(installation.CtlAsync(token, "status", "--json")), Is.EqualTo((0, "starting", $"starting (pid {Environment.ProcessId})")));
        Assert.That(await installation.CtlAsync(token, "start"), Is.EqualTo((1, $"already running (pid {Environment.ProcessId})")));
    }

    // The exit code, the word for scripts and the sentence for people.
    private static async Task<(int Code, string? State, string? Message)> JsonAsync(Task<(int Code, string Said)> ctl)
    {
        var (code, said) = await ctl;
        var status = JsonNode.Parse(said)!;
        return (code, (string?)status["state"], (string?)status["message"]);
    }
}

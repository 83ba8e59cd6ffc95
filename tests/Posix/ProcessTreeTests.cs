using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class ProcessTreeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [TestCase("sleep 600 & sleep 600 & echo ready; wait", "killed by SIGTERM", TestName = "Processes that end on TERM are not killed")]
    [TestCase("trap '' TERM; echo ready; while :; do sleep 600; done", "killed by SIGKILL", TestName = "F14 Processes that ignore TERM are killed")]
    [TestCase("echo ready; kill -STOP $$; exec sleep 600", "killed by SIGTERM", TestName = "F14 A process that stopped itself is made to go on and end")]
    [CancelAfter(60_000)]
    public async Task A_tree_is_ended(string script, string expected, CancellationToken token)
    {
        using var pipe = GatePipe.Create();
        using var leader = Spawner.Start(Probe.Shell(script) with { NewSession = true, Descriptors = [SpawnDescriptor.Inherit(1, pipe.WriteEnd)] });
        await ReadyAsync(pipe, token);

        var grace = expected.EndsWith("KILL", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(100) : Limit;
        var left = await new ProcessTree(() => ProcessSearch.InSession(leader.Pid)).EndAsync(grace, Limit);

        Assert.That(left, Is.Empty);
        Assert.That(ChildProcess.Wait(leader.Pid).ToString(), Is.EqualTo(expected));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Processes_that_are_started_meanwhile_are_ended_too(CancellationToken token)
    {
        using var pipe = GatePipe.Create();
        using var leader = Spawner.Start(Probe.Shell("trap 'sleep 600 & sleep 600 &' TERM; echo ready; while :; do sleep 0.01; done") with
        {
            NewSession = true,
            Descriptors = [SpawnDescriptor.Inherit(1, pipe.WriteEnd)],
        });
        await ReadyAsync(pipe, token);

        var left = await new ProcessTree(() => ProcessSearch.InSession(leader.Pid)).EndAsync(TimeSpan.FromMilliseconds(300), Limit);

        Assert.That(left, Is.Empty);
        Assert.That(ProcessSearch.InSession(leader.Pid), Is.Empty);
        Assert.That(ChildProcess.Wait(leader.Pid).Signal, Is.EqualTo(Signals.SIGKILL));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Hundreds_are_ended_with_a_few_looks_at_all_processes(CancellationToken token)
    {
        using var pipe = GatePipe.Create();
        using var leader = Spawner.Start(Probe.Shell("for i in $(seq 300); do sleep 600 & done; echo ready; wait") with
        {
            NewSession = true,
            Descriptors = [SpawnDescriptor.Inherit(1, pipe.WriteEnd)],
        });
        await ReadyAsync(pipe, token);
        var (looks, most) = (0, 0);

        var left = await new ProcessTree(() =>
        {
            looks++;
            var found = ProcessSearch.InSession(leader.Pid);
            most = Math.Max(most, found.Count);
            return found;
        }).EndAsync(Limit, Limit);

        Assert.That(left, Is.Empty);
        Assert.That(most, Is.EqualTo(301));
        Assert.That(looks, Is.LessThan(60));
        Assert.That(ChildProcess.Wait(leader.Pid).Signal, Is.EqualTo(Signals.SIGTERM));
    }

    [Test]
    public async Task A_process_that_does_not_belong_any_more_is_not_signalled()
    {
        using var innocent = Spawner.Start(Probe.Shell("exec sleep 600"));
        var looks = 0;

        // Found at the first look, gone from the set at the second: as a pid that was given again.
        await new ProcessTree(() => looks++ == 0 ? [innocent.Pid] : []).EndAsync(TimeSpan.Zero, Limit);

        Assert.That(innocent.PidFd.WaitForExit(TimeSpan.Zero), Is.False);
        Probe.End(innocent);
    }

    private static async Task ReadyAsync(GatePipe pipe, CancellationToken token)
    {
        pipe.CloseWriteEnd();
        using var reader = new StreamReader(new FileStream(pipe.ReadEnd, FileAccess.Read));
        Assert.That(await reader.ReadLineAsync(token), Is.EqualTo("ready"));
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class ChildReaperTests
{
    [TestCase("exit 3", "exited with code 3")]
    [TestCase("kill -9 $$", "killed by SIGKILL")]
    [TestCase("kill -15 $$", "killed by SIGTERM")]
    [CancelAfter(15_000)]
    public async Task A_child_is_reported_as_it_ended(string script, string expected, CancellationToken token)
    {
        var ended = new TaskCompletionSource<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), pid => ended.TrySetResult(pid));
        using var child = reaper.Start(Probe.Shell(script));

        var pid = await ended.Task.WaitAsync(token);

        Assert.That(pid, Is.EqualTo(child.Pid));
        Assert.That(reaper.Reap(pid).ToString(), Is.EqualTo(expected));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [CancelAfter(30_000)]
    public async Task Two_hundred_children_that_end_at_once_are_all_reaped(bool watchPidfds, bool subscribeToSigchld, CancellationToken token)
    {
        const int count = 200;
        var ended = new ConcurrentQueue<int>();
        var all = new TaskCompletionSource();
        using var reaper = new ChildReaper(
            new ChildReaperOptions { WatchPidfds = watchPidfds, SubscribeToSigchld = subscribeToSigchld, Sweep = TimeSpan.FromMinutes(5) },
            pid =>
            {
                ended.Enqueue(pid);
                if (ended.Count == count)
                {
                    all.TrySetResult();
                }
            });
        var children = Enumerable.Range(0, count).Select(_ => reaper.Start(Probe.Shell("exit 7"))).ToList();

        await all.Task.WaitAsync(token);

        Assert.That(ended.Select(reaper.Reap), Has.All.EqualTo(ExitStatus.FromExitCode(7)));
        Assert.That(ended, Is.Unique);
        children.ForEach(child => child.Dispose());
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Orphans_of_a_subreaper_are_reaped_and_told_as_strangers(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec \"$0\" strangers", token);

        Assert.That(output.Split('\n'), Is.EqualTo(new[] { "child exited with code 7", "stranger exited with code 5", "stranger killed by SIGKILL" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_child_left_nothing_when_it_has_ended_and_no_orphan_of_it_lives(CancellationToken token)
    {
        Assert.That(await Probe.ShellAsync("exec \"$0\" remains", token), Is.EqualTo("False False True"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Children_that_end_at_once_are_never_taken_for_strangers(CancellationToken token)
    {
        // In the probe: here the children of other tests would be strangers.
        Assert.That(await Probe.ShellAsync("exec \"$0\" quick-children 200", token), Is.EqualTo("200 exited with code 0, 0 strangers"));
    }

    [Test]
    [CancelAfter(15_000)]
    public async Task F19_A_child_that_somebody_else_reaped_is_told_with_an_unknown_status(CancellationToken token)
    {
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var reaper = new ChildReaper(
            new ChildReaperOptions { WatchPidfds = false, SubscribeToSigchld = false, Sweep = TimeSpan.FromMilliseconds(100) },
            pid => ended.TrySetResult(pid));
        using var child = reaper.Start(Probe.Shell("exit 3"));

        var stolen = ChildProcess.Wait(child.Pid);
        await ended.Task.WaitAsync(token);

        // Whoever was first has the status, and only he.
        Assert.That(stolen, Is.EqualTo(ExitStatus.FromExitCode(3)));
        Assert.That(reaper.Reap(child.Pid).IsUnknown, Is.True);
    }

    [Test]
    [CancelAfter(15_000)]
    public async Task A_child_is_told_once_and_stays_a_zombie_until_it_is_reaped(CancellationToken token)
    {
        var told = Channel.CreateUnbounded<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions { Sweep = TimeSpan.FromMilliseconds(5) }, pid => told.Writer.TryWrite(pid));
        using var child = reaper.Start(Probe.Shell("exit 3"));
        await told.Reader.ReadAsync(token);

        // Another child's whole life passes, with many sweeps.
        using var other = reaper.Start(Probe.Shell("sleep 0.2"));
        Assert.That(await told.Reader.ReadAsync(token), Is.EqualTo(other.Pid));

        Assert.That(ProcessStat.TryRead(child.Pid, out var stat) && stat.IsZombie, Is.True);
        Assert.That(reaper.Reap(child.Pid).ExitCode, Is.EqualTo(3));
        Assert.That(ProcessStat.TryRead(child.Pid, out _), Is.False);
        reaper.Reap(other.Pid);
    }
}

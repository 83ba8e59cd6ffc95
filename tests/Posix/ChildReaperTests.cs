using System.Collections.Concurrent;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class ChildReaperTests
{
    private static SpawnRequest Shell(string script) => new() { ProgramPath = "/bin/sh", Arguments = ["-c", script] };

    [TestCase("exit 3", "exited with code 3")]
    [TestCase("kill -9 $$", "killed by SIGKILL")]
    [TestCase("kill -15 $$", "killed by SIGTERM")]
    [CancelAfter(15_000)]
    public async Task A_child_is_reported_as_it_ended(string script, string expected, CancellationToken token)
    {
        var ended = new TaskCompletionSource<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), pid => ended.TrySetResult(pid));
        using var child = reaper.Start(Shell(script));

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
        var children = Enumerable.Range(0, count).Select(_ => reaper.Start(Shell("exit 7"))).ToList();

        await all.Task.WaitAsync(token);

        Assert.That(ended.Select(reaper.Reap), Has.All.EqualTo(ExitStatus.FromExitCode(7)));
        Assert.That(ended, Is.Unique);
        children.ForEach(child => child.Dispose());
    }

    [Test]
    public void A_lock_that_a_child_inherited_is_held_until_the_child_ends()
    {
        var directory = Directory.CreateTempSubdirectory();
        var path = Path.Combine(directory.FullName, "lock");
        var held = FileLock.TryAcquire(path, 0x180, TimeSpan.Zero)!;
        using var gate = GatePipe.Create();
        using var child = Spawner.Start(Shell("read x <&3") with
        {
            Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd), SpawnDescriptor.Inherit(4, held.Descriptor)],
        });

        held.Dispose();

        Assert.That(FileLock.IsHeld(path), Is.True);
        gate.CloseWriteEnd();
        Assert.That(child.PidFd.WaitForExit(TimeSpan.FromSeconds(10)), Is.True);
        Assert.That(FileLock.IsHeld(path), Is.False);
        directory.Delete(recursive: true);
    }

    [Test]
    public void A_name_with_brackets_and_spaces_does_not_shift_the_fields_of_stat()
    {
        var text = "7 (a) R (b) Z 1 2 3 0 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"u8;

        Assert.That(ProcessStat.TryParse(text, out var stat), Is.True);
        Assert.That(stat, Is.EqualTo(new ProcessStat('Z', 1, 2, 3, 0, 4711)));
    }
}

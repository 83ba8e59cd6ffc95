using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The post-process-admin that waits for the next run, where it can't be had.</summary>
public sealed class StandbyTests
{
    private static readonly ExpectedRun Expected = new() { Broker = new() };
    private string _root = "";

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("standby-").FullName;

    [TearDown]
    public void DeleteRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task One_that_ends_by_itself_is_started_again_later_and_later()
    {
        var clock = new HandClock();
        var ended = new TaskCompletionSource<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), pid => ended.TrySetResult(pid));
        var standby = new Standby($"{_root}/standby", "/bin/false", reaper, clock);

        foreach (var seconds in (double[])[1, 2, 4])
        {
            Assert.That(standby.Prepare(Expected), Is.True);
            standby.OnEnded(await ended.Task.WaitAsync(TimeSpan.FromSeconds(20)));
            ended = new();
            Assert.That(standby.Exists, Is.False);
            Assert.That(Directory.Exists($"{_root}/standby"), Is.False);
            clock.Pass(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.That(standby.Prepare(Expected), Is.False);
            clock.Pass(TimeSpan.FromSeconds(0.2));
        }
    }

    [Test]
    public void What_keeps_it_from_being_started_is_said()
    {
        File.WriteAllText($"{_root}/file", "");
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => { });
        var standby = new Standby($"{_root}/file/standby", "/bin/cat", reaper, TimeProvider.System);

        Assert.That(() => standby.Prepare(Expected), Throws.InstanceOf<IOException>());
        Assert.That(standby.Exists, Is.False);
    }

    [Test]
    public async Task A_job_that_has_a_directory_does_not_get_it_and_one_that_has_none_gets_all_of_it()
    {
        var ended = new TaskCompletionSource<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), pid => ended.TrySetResult(pid));
        Executables.Write($"{_root}/waits", $"#!/bin/sh\nexec 5>&-; : >{_root}/ready; read -r order <&3\n");
        var standby = new Standby($"{_root}/standby", $"{_root}/waits", reaper, TimeProvider.System);
        var (old, made) = (new JobFiles($"{_root}/old"), new JobFiles($"{_root}/new"));
        Directory.CreateDirectory(old.Directory);
        File.WriteAllText(old.Record, "{}");
        Assert.That(standby.Prepare(Expected), Is.True);
        Assert.That(() => File.Exists($"{_root}/ready"), Is.True.After(20_000, 10));

        Assert.That(standby.TryTake(old, out _), Is.False);
        Assert.That(standby.TryTake(made, out var taken), Is.True);
        Assert.That(FileLock.IsHeld(made.Lock) && File.Exists(made.Console), Is.True);
        Assert.That(standby.Exists || Directory.Exists($"{_root}/standby"), Is.False);
        Assert.That(standby.TryTake(new JobFiles($"{_root}/third"), out _), Is.False);

        taken!.Gate.Dispose();
        reaper.Reap(await ended.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        taken.Lock.Dispose();
        taken.Child.Dispose();
    }

    [Test]
    public async Task One_that_is_not_ready_is_left_to_a_later_job()
    {
        var ended = new TaskCompletionSource<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), pid => ended.TrySetResult(pid));
        Executables.Write($"{_root}/waits", "#!/bin/sh\nread -r order <&3\n");
        var standby = new Standby($"{_root}/standby", $"{_root}/waits", reaper, TimeProvider.System);
        Assert.That(standby.Prepare(Expected), Is.True);

        Assert.That(standby.TryTake(new JobFiles($"{_root}/job"), out _), Is.False);
        Assert.That(standby.Exists && Directory.Exists($"{_root}/standby"), Is.True);

        standby.Dismiss();
        standby.OnEnded(await ended.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.That(standby.Exists, Is.False);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}

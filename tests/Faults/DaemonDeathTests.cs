using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>The daemon dies, at every moment at which that could matter.</summary>
public sealed class DaemonDeathTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task F1_F22_A_daemon_that_is_killed_with_3_running_and_7_waiting_loses_none_and_repeats_none(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        for (var run = 1; run <= 10; run++)
        {
            await rig.SubmitAsync(rb: 1 + (run % 5), run, token, ["wait", "go"]);
        }

        await FaultRig.Until(() => rig.ChaosLog().Count == 3, token);
        await rig.KillDaemonAsync(token);
        Assert.That(FileLock.IsHeld(rig.LockFile), Is.False, "the daemon's lock was inherited by its jobs");
        Assert.That((await rig.CtlAsync("status", token)).Code, Is.EqualTo(1));
        Assert.That(LocksHeld(rig), Is.EqualTo(3), "running jobs hold their own locks, and not the daemon's");
        await rig.StartAsync(token);
        rig.Release("go");
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F1_What_ended_while_no_daemon_ran_is_reported_once_and_not_reduced_again(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.RunningAsync(1, token);
        await rig.KillDaemonAsync(token);
        rig.Release("go");
        await rig.ListenUntilAsync(() => rig.Terminal.Count == 1, token);
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(rig.ChaosLog(), Has.Count.EqualTo(4));
        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
    }

    // The run kills its post-process-admin at "sent" and later: only then it is the daemon that reports.
    [TestCase("recorded", false)]
    [TestCase("spawned", false)]
    [TestCase("committed", true)]
    [TestCase("received", false, Category = "Faults")]
    [TestCase("released", false, Category = "Faults")]
    [TestCase("ended", false, Category = "Faults")]
    [TestCase("concluded", false, Category = "Faults")]
    [TestCase("concluded", true, Category = "Faults")]
    [TestCase("sent", true, Category = "Faults")]
    [TestCase("committing", true, Category = "Faults")]
    [TestCase("acknowledged", false, Category = "Faults")]
    [TestCase("acknowledged", true, Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F2_A_daemon_that_dies_at_this_point_loses_nothing_and_repeats_nothing(string point, bool dies, CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.SubmitAsync(rb: 1, run: 1, token, dies ? [["kill_parent"]] : []);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.CtlAsync("start", token, crashAt: point);
        await rig.DaemonDeadAsync(token);
        if (point is "recorded" or "spawned")
        {
            await FaultRig.Until(() => rig.Tagged().Count == 0, token);
            Assert.That(rig.ChaosLog(), Is.Empty, "a job ran before its record was written");
        }

        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Is.EqualTo(new[] { dies ? "Error" : "Complete", "Complete" }));
    }

    // What is written, in order: the pid file, message and record of the first run, those of the second, and the first one at its end.
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F2_A_daemon_that_dies_while_it_writes_leaves_whole_records(int which, CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.CtlAsync("start", token, crashAt: $"writing:{which}");
        await rig.DaemonDeadAsync(token);
        Assert.That(new Oracle(rig).UnreadableRecords(), Is.Empty);

        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F3_A_daemon_that_dies_while_it_takes_over_three_times_takes_over_the_fourth_time(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.SubmitAsync(rb: 2, run: 2, token, ["wait", "go"]);
        await FaultRig.Until(() => rig.ChaosLog().Count == 2, token);
        await rig.KillDaemonAsync(token);
        foreach (var point in (string[])["adopting", "adopting:2", "adopted"])
        {
            Assert.That((await rig.CtlAsync("start", token, crashAt: point)).Code, Is.EqualTo(1), point);
        }

        rig.Release("go");
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F13_A_run_that_kills_the_daemon_every_time_is_given_up_and_the_others_go_on(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await rig.CtlAsync("start", token, crashAt: "recorded");
            await rig.DaemonDeadAsync(token);
        }

        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Is.EqualTo(new[] { "Error", "Complete" }), "the run that kills the daemon is given up");
        Assert.That(rig.Terminal[0].Message, Does.Contain("given up after 3 attempts"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F13_A_message_that_kills_the_daemon_as_it_arrives_goes_to_the_dead_letter_queue_and_the_others_go_on(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await rig.CtlAsync("start", token, crashAt: "received");
            await rig.DaemonDeadAsync(token);
        }

        // What is dead-lettered has no outcome.
        rig.Submitted.RemoveAt(0);
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Told.Select(told => told.Run), Has.All.EqualTo(2));
        Assert.That(await rig.CountAsync(rig.DeadLetters, token), Is.EqualTo(1));
        Assert.That(await File.ReadAllTextAsync(rig.Log, token), Does.Contain("the daemon ended 3 times while it looked at this message"));
    }

    private static int LocksHeld(FaultRig rig) =>
        Directory.GetFiles($"{rig.State}/jobs", Path.GetFileName(new JobFiles("").Lock), SearchOption.AllDirectories).Count(FileLock.IsHeld);
}

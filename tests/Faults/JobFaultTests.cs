using System.Globalization;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>Jobs that won't end, won't stay, or end in every way that there is.</summary>
public sealed class JobFaultTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task F14_A_job_that_ignores_TERM_or_stopped_itself_is_ended_when_the_daemon_stops_and_reduced_later(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["ignore_term"], ["wait", "go"]);
        await rig.SubmitAsync(rb: 2, run: 2, token, ["stop_self"], ["wait", "go"]);
        await rig.RunningAsync(1, token);
        await rig.RunningAsync(2, token);

        Assert.That(await rig.CtlAsync("stop --now", token), Is.EqualTo((0, "stopped")));
        Assert.That(rig.Terminal, Is.Empty);

        // The second one stops itself again: the time limit is not what is tried here.
        rig.Release("go");
        await rig.StartAsync(token);
        await FaultRig.Until(() => rig.ChaosLog().Count(line => (long)line["run"]! == 2 && (string)line["what"]! == "start") == 2, token);
        await ContinueAsync(rig, token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Told.Count(told => told.Queue == "Started"), Is.EqualTo(2), "an interrupted run is not announced again");
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F15_A_process_that_nothing_ties_to_its_job_is_ended_with_it_before_the_next_run_of_the_RB(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["escape", 600], ["kill_parent"]);
        await rig.SubmitAsync(rb: 1, run: 2, token, ["escape", 600], ["ignore_term"], ["die", Signals.SIGKILL]);
        await rig.SubmitAsync(rb: 1, run: 3, token, ["escape", 600]);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Is.EqualTo(new[] { "Error", "Error", "Complete" }));
        Assert.That(rig.Terminal[0].Message, Does.Contain("SIGKILL"));
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F15_The_next_run_of_an_RB_waits_for_the_last_process_of_the_one_before(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, killGraceSeconds: 3);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["linger", 600], ["kill_parent"]);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Is.EqualTo(new[] { "Error", "Complete" }));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F15_What_left_its_session_is_ended_after_daemon_and_post_process_admin_were_killed(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["detach", 600], ["wait", "go"]);
        await FaultRig.Until(() => rig.ChaosLog().Any(line => (string)line["what"]! == "detached"), token);
        var detached = (int)rig.ChaosLog().Single(line => (string)line["what"]! == "detached")["child"]!;
        await rig.KillDaemonAsync(token);
        foreach (var pid in rig.Tagged().Where(pid => pid != detached))
        {
            using var process = PidFd.TryOpen(pid);
            process?.TrySendSignal(Signals.SIGKILL);
        }

        await rig.StartAsync(token);
        await FaultRig.Until(() => rig.ChaosLog().Count(line => (string)line["what"]! == "start") == 2, token);
        var lives = ProcessStat.TryRead(detached, out var stat) && !stat.IsZombie;
        rig.Release("go");
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(lives, Is.False, "I2 a process of the first attempt lives beside the second");
        Assert.That(rig.Terminal.Select(told => told.Queue), Is.EqualTo(new[] { "Complete" }));
    }

    // A frozen process waits in the kernel, as one does whose storage is away: KILL has no effect before it is thawed.
    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F14_What_can_t_be_killed_keeps_slot_and_experiment_and_is_named_until_it_ends(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, maxJobs: 2);
        using var freezer = Freezer.Create();
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        var pid = (int)rig.ChaosLog().Single()["pid"]!;
        await freezer.FreezeAsync(pid, token);
        foreach (var other in rig.Tagged().Where(other => other != pid))
        {
            using var process = PidFd.TryOpen(other);
            process?.TrySendSignal(Signals.SIGKILL);
        }

        var said = await rig.StatusUntilAsync("can't be ended", token);
        Assert.That(said, Does.Contain($"processes {pid} ").And.Contain("1 of 2 jobs running"));
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.SubmitAsync(rb: 2, run: 3, token);
        await rig.ListenUntilAsync(() => rig.Terminal.Count == 1, token);
        Assert.That(rig.Terminal.Single().Run, Is.EqualTo(3), "the experiment of what lives is locked, others go on");

        freezer.Thaw();
        rig.Release("go");
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => (told.Queue, told.Run)), Is.EqualTo(new[] { ("Complete", 3L), ("Error", 1L), ("Complete", 2L) }));
    }

    // The program is a stand-in whose run number says how it ends. The quick set has each kind of code that has a meaning.
    [TestCase(false)]
    [TestCase(true, Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F17_Every_exit_code_and_every_signal_is_told_as_what_it_is(bool all, CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, maxJobs: 20, StandIn.Write("""
            run=${3##*/ENGINX-} run=${run%-*}
            [ "$run" -lt 2000 ] && exit $((run - 1000))
            kill -$((run - 2000)) $$
            """, out var directory));
        await rig.StartAsync(token);
        var codes = Enumerable.Range(0, 256).Where(code => all || code % 32 == 1 || code is 0 or 2 or 74 or 75 or 124 or 125 or 126 or 127 or 128 or 255);

        // Of the others a process ends by none.
        var signals = Enumerable.Range(1, 31).Where(number => number is not (17 or 18 or 19 or 20 or 21 or 22 or 23 or 28)).ToList();
        foreach (var run in codes.Select(code => 1000 + code).Concat(signals.Select(number => 2000 + number)))
        {
            await rig.SubmitAsync(rb: run, run, token);
        }

        await rig.AllToldAsync(token);

        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Error"));
        foreach (var (_, run, message, _) in rig.Terminal)
        {
            var expected = run < 2000 ? string.Create(CultureInfo.InvariantCulture, $"exited with code {run - 1000}") : $"killed by {Signals.NameOf((int)run - 2000)}";
            Assert.That(message, Does.Contain(expected).And.Contain(run is 1075 or 1125 ? "given up after 3 attempts" : ""));
        }

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F19_Signals_that_the_starter_ignores_reach_the_daemon_and_its_jobs_all_the_same(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        var started = await rig.CtlAsync("start", token, prefix: "trap '' CHLD PIPE HUP INT TERM USR1 USR2;");
        Assert.That(started.Code, Is.Zero, started.Said);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["broken_pipe"], ["state"]);
        await rig.SubmitAsync(rb: 2, run: 2, token, ["leave", 3]);
        await rig.AllToldAsync(token);

        var status = (string)rig.ChaosLog().Single(line => (string)line["what"]! == "signals")["status"]!;
        var sets = status.Split('\n').Select(line => line.Split(":\t")).Where(line => line.Length == 2).ToDictionary(line => line[0], line => line[1]);
        Assert.That(Convert.ToUInt64(sets["SigBlk"], 16), Is.Zero);

        // The lowest 31 are the real ones; what remains are two that glibc keeps for itself.
        Assert.That(Convert.ToUInt64(sets["SigIgn"], 16) & 0x7fffffff, Is.Zero);
        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Told.Single(told => told.Run == 2 && told.Queue == "Error").Message, Does.Contain("exit code 3"));
    }

    // Whatever of this experiment is stopped goes on.
    private static async Task ContinueAsync(FaultRig rig, CancellationToken token)
    {
        var pid = (int)rig.ChaosLog().Last(line => (long)line["run"]! == 2)["pid"]!;
        await FaultRig.Until(() => ProcessStat.TryRead(pid, out var stat) && stat.State == 'T', token);
        using var process = PidFd.TryOpen(pid)!;
        process.TrySendSignal(Signals.SIGCONT);
    }
}

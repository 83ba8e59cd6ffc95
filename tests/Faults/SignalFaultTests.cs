using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>F26: people and their tools send signals.</summary>
public sealed class SignalFaultTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task F26_A_storm_of_signals_changes_nothing_and_TERM_lets_the_running_job_finish(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.RunningAsync(1, token);
        using (var daemon = PidFd.TryOpen(rig.Pid)!)
        {
            int[] harmless = [1, 13, 17, 18, 23, 28];
            for (var i = 0; i < 10_000; i++)
            {
                daemon.TrySendSignal(harmless[i % harmless.Length]);
            }

            daemon.TrySendSignal(Signals.SIGTERM);

            // Too late to change what was asked for.
            daemon.TrySendSignal(Signals.SIGUSR2);
        }

        await rig.StatusUntilAsync("stopping", token);
        rig.Release("go");
        await rig.DaemonDeadAsync(token);
        await rig.ListenUntilAsync(() => rig.Terminal.Count == 1, token);
        Assert.That(rig.Terminal.Select(told => (told.Queue, told.Run)), Is.EqualTo(new[] { ("Complete", 1L) }));
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
    }

    // What is sent to a process that can't take it yet waits, and two of the same signal are one then.
    [Test]
    [CancelAfter(300_000)]
    public async Task F26_Stop_now_interrupts_at_once_also_where_the_daemon_was_stopped_by_a_signal(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        using (var daemon = PidFd.TryOpen(rig.Pid)!)
        {
            daemon.TrySendSignal(19);
        }

        Assert.That(await rig.CtlAsync("stop --now", token), Is.EqualTo((0, "stopped")));
        Assert.That(rig.Terminal, Is.Empty);
        rig.Release("go");
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F26_HUP_reads_the_settings_again_keeps_the_old_ones_where_they_are_broken_and_opens_the_log_again(CancellationToken token)
    {
        var broker = await SharedBroker.GetAsync();
        await using var rig = await FaultRig.OpenAsync(broker, token, maxJobs: 2);
        await rig.StartAsync(token);
        var (log, settings) = (rig.Log, await File.ReadAllTextAsync(rig.SettingsPath, token));
        using var daemon = PidFd.TryOpen(rig.Pid)!;

        await File.WriteAllTextAsync(rig.SettingsPath, settings + "\nnonsense", token);
        daemon.TrySendSignal(Signals.SIGHUP);
        await FaultRig.Until(() => File.ReadAllText(log).Contains("settings not changed"), token);
        await File.WriteAllTextAsync(rig.SettingsPath, settings, token);
        Assert.That((await rig.CtlAsync("status", token)).Said, Does.Contain("of 2 jobs").And.Contain("problem: the settings file has errors"), "until it is read again");

        await File.WriteAllTextAsync(rig.SettingsPath, settings.Replace("max_jobs = 2", "max_jobs = 7\nhttp_address = \"127.0.0.1:1\""), token);
        File.Move(log, log + ".1");
        daemon.TrySendSignal(Signals.SIGHUP);
        await FaultRig.Until(() => File.Exists(log) && File.ReadAllText(log).Contains("settings read again; changed: daemon.max_jobs"), token);
        await FaultRig.Until(() => File.ReadAllText(log).Contains("daemon.http_address changed too"), token);
        Assert.That((await rig.CtlAsync("status", token)).Said, Does.Contain("of 7 jobs").And.Not.Contain("problem:"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F26_Drain_lets_what_runs_finish_acknowledges_it_and_leaves_the_rest(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.RunningAsync(1, token);
        using var daemon = PidFd.TryOpen(rig.Pid)!;
        daemon.TrySendSignal(Signals.SIGUSR1);
        await rig.StatusUntilAsync("stopping", token);
        rig.Release("go");
        await rig.DaemonDeadAsync(token);

        var left = await rig.CountAsync(rig.Pending, token);
        Assert.That(left, Is.EqualTo(1), "I1 what ran is acknowledged, what waited is on the queue");
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);
        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F26_A_second_TERM_interrupts_what_runs_and_its_message_is_left(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        using var daemon = PidFd.TryOpen(rig.Pid)!;
        daemon.TrySendSignal(Signals.SIGTERM);
        await rig.StatusUntilAsync("stopping", token);
        daemon.TrySendSignal(Signals.SIGTERM);
        await rig.DaemonDeadAsync(token);

        Assert.That(await rig.CountAsync(rig.Pending, token), Is.EqualTo(1), "I1 the message of what was interrupted is on the queue");
        Assert.That(rig.ChaosLog().Select(line => (string)line["what"]!), Is.EqualTo(new[] { "start" }));
        rig.Release("go");
        await rig.StartAsync(token);
        await rig.AllToldAsync(token);
        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(new Oracle(rig).Records().Single().Attempt, Is.EqualTo(1), "a stop counts no attempt");
    }
}

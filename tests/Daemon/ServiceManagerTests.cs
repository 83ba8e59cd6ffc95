using System.Globalization;
using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The real daemon under a service manager, with a real notify socket.</summary>
public sealed class ServiceManagerTests
{
    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(60_000)]
    public async Task The_daemon_says_when_it_is_ready_how_it_is_that_it_lives_and_when_it_stops(bool isAbstract, CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract);
        rig.Start(("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", ""));

        await rig.HearAsync("READY=1", token);
        await rig.HearAsync("WATCHDOG=1", token);
        await rig.HearAsync("WATCHDOG=1", token);
        rig.Signal(Signals.SIGTERM);
        await rig.HearAsync("STOPPING=1", token);

        Assert.That(await rig.ExitCodeAsync(token), Is.Zero);
        Assert.That(rig.Heard, Has.Some.StartsWith("STATUS=running, 0 of ").And.Some.Contain("not connected: unreachable"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_HUP_is_a_reload_that_opens_the_log_again_even_with_a_broken_file(CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract: false);
        rig.Start();
        await rig.HearAsync("READY=1", token);
        File.Move(rig.LogPath, rig.LogPath + ".1");
        File.AppendAllText(rig.SettingsPath, "\nnonsense = 1\n");

        rig.Signal(Signals.SIGHUP);
        await rig.HearAsync("RELOADING=1", token);
        var time = rig.Heard[^1];
        await rig.HearAsync("READY=1", token);
        rig.Signal(Signals.SIGTERM);

        Assert.That(await rig.ExitCodeAsync(token), Is.Zero, File.ReadAllText(rig.ErrorPath));
        Assert.That(time, Does.Match(@"^MONOTONIC_USEC=\d+$"));
        Assert.That(File.ReadAllText(rig.LogPath), Does.Contain("settings not changed").And.Contain("nonsense").And.Contain("ended with exit code 0"));
        Assert.That(File.ReadAllText(rig.LogPath + ".1"), Does.Contain("starting").And.Not.Contain("ended"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_hand_over_asks_the_service_manager_for_the_next_daemon(CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract: false);
        rig.Start();
        await rig.HearAsync("READY=1", token);

        rig.Signal(Signals.SIGUSR2);

        Assert.That(await rig.ExitCodeAsync(token), Is.EqualTo(ExitCodes.HandedOver));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_journal_gets_a_line_an_event_with_its_priority_and_no_time(CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract: false);
        rig.Start();
        await rig.HearAsync("READY=1", token);
        rig.Signal(Signals.SIGTERM);
        await rig.ExitCodeAsync(token);

        var lines = File.ReadAllLines(rig.ErrorPath);

        Assert.That(lines, Has.All.Match("^<[2-7]>[^0-9]"));
        Assert.That(lines, Has.Some.EqualTo("<6>up").And.Some.StartsWith("<4>broker unreachable"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_part_that_hangs_silences_the_watchdog(CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract: false);
        using var manager = ServiceManager.Of(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = rig.Address, ["WATCHDOG_USEC"] = "20000" });

        await using var daemon = await HttpRig.StartAsync();

        // Nobody reads these events: the main loop of this supervisor hangs.
        var stuck = new SupervisorClient(Channel.CreateUnbounded<DaemonEvent>().Writer, TimeSpan.FromMilliseconds(10));
        await RunUntilAsync(new ServiceWatch(manager, stuck, () => null, () => true), "STATUS=the main loop does not answer");
        await RunUntilAsync(new ServiceWatch(manager, daemon.Supervisor, () => "the reaper hangs", () => true), "STATUS=the reaper hangs");

        Assert.That(rig.Heard, Has.None.EqualTo("WATCHDOG=1").And.None.StartsWith("EXTEND_TIMEOUT_USEC"));

        async Task RunUntilAsync(ServiceWatch watch, string said)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
            var running = watch.RunAsync(enough.Token);
            await rig.HearAsync(said, token);
            await enough.CancelAsync();
            await running;
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task While_it_stops_the_daemon_says_so_once_and_asks_for_time_again_and_again(CancellationToken token)
    {
        using var rig = new ServiceRig(isAbstract: false);
        await using var daemon = await HttpRig.StartAsync();
        using var manager = ServiceManager.Of(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = rig.Address, ["WATCHDOG_USEC"] = "20000" });
        var stops = false;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        var running = new ServiceWatch(manager, daemon.Supervisor, () => null, () => Volatile.Read(ref stops)).RunAsync(enough.Token);

        await rig.HearAsync("WATCHDOG=1", token);
        await rig.HearAsync("WATCHDOG=1", token);
        Assert.That(rig.Heard, Has.None.StartsWith("EXTEND").And.None.EqualTo("STOPPING=1"));
        Volatile.Write(ref stops, true);
        await rig.HearAsync("EXTEND_TIMEOUT_USEC=30000000", token);
        await rig.HearAsync("EXTEND_TIMEOUT_USEC=30000000", token);
        await enough.CancelAsync();
        await running;

        Assert.That(rig.Heard, Has.Exactly(1).EqualTo("STOPPING=1"));
    }

    [Test]
    public void A_watchdog_that_is_meant_for_another_process_is_not_ours()
    {
        using var rig = new ServiceRig(isAbstract: false);

        Assert.That(Watchdog(Environment.ProcessId), Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(Watchdog(1), Is.Null);

        TimeSpan? Watchdog(int pid)
        {
            using var manager = ServiceManager.Of(new Dictionary<string, string>
            {
                ["NOTIFY_SOCKET"] = rig.Address,
                ["WATCHDOG_USEC"] = "30000000",
                ["WATCHDOG_PID"] = pid.ToString(CultureInfo.InvariantCulture),
            });
            return manager.Watchdog;
        }
    }
}

using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>A real broker that dies, stands still or stays away, and the connection to it that breaks.</summary>
public sealed class BrokerFaultTests
{
    private const string ShortHeartBeat = "heartbeat_seconds = 0.5";

    [TestCase(200)]
    [TestCase(5_000, Category = "Faults")]
    [TestCase(60_000, Category = "Faults")]
    [CancelAfter(240_000)]
    public async Task F4_a_broker_that_is_killed_costs_no_run_and_its_redeliveries_start_none(int milliseconds, CancellationToken token)
    {
        await using var experiment = await BrokerExperiment.StartAsync(await Facility.OpenAsync(token), token);
        await experiment.SubmitAsync(5, token);
        await experiment.UntilAsync("begin", 3, token);

        experiment.Facility.Broker.Kill();
        await Task.Delay(milliseconds, token);
        await experiment.Facility.Broker.StartAgainAsync(token);
        await experiment.Facility.ReconnectAsync(token);
        await experiment.Facility.Place.StatusUntilAsync(said => said.Contains("\nconnected to", StringComparison.Ordinal), token);
        experiment.Go();

        await experiment.EndAsync(5, token);
        Assert.That(File.ReadAllText(experiment.Facility.Place.DaemonLog), Does.Contain("delivered again"));
    }

    [TestCase(0)]
    [TestCase(120_000, Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F5_a_broker_that_stands_still_is_noticed_and_nothing_happens_twice_when_it_goes_on(int milliseconds, CancellationToken token)
    {
        await using var experiment = await BrokerExperiment.StartAsync(await Facility.OpenAsync(token, broker: ShortHeartBeat), token);
        await experiment.SubmitAsync(4, token);
        await experiment.UntilAsync("begin", 3, token);
        var sockets = BrokerExperiment.SocketsOf(experiment.Facility.Pid);

        experiment.SignalBroker(BrokerExperiment.SIGSTOP);
        await experiment.Facility.Place.StatusUntilAsync(said => said.Contains("\nnot connected", StringComparison.Ordinal), token);
        experiment.Go();
        await experiment.UntilAsync("end", 3, token);
        await Task.Delay(milliseconds, token);
        experiment.SignalBroker(Signals.SIGCONT);

        await experiment.Facility.Place.StatusUntilAsync(said => said.Contains("\nconnected to", StringComparison.Ordinal), token);
        Assert.That(BrokerExperiment.SocketsOf(experiment.Facility.Pid), Is.LessThanOrEqualTo(sockets), "the old connection is closed");
        await experiment.EndAsync(4, token);
    }

    [TestCase(0)]
    [TestCase(600_000, Category = "Faults")]
    [CancelAfter(900_000)]
    public async Task Reductions_that_finish_while_the_broker_is_away_are_told_once_when_it_is_back(int milliseconds, CancellationToken token)
    {
        await using var experiment = await BrokerExperiment.StartAsync(await Facility.OpenAsync(token), token);
        await experiment.SubmitAsync(3, token);
        await experiment.UntilAsync("begin", 3, token);

        experiment.Facility.Broker.Kill();
        experiment.Go();

        // Each post-process-admin gives up, and leaves its outcome to the daemon.
        await experiment.Facility.Place.StatusUntilAsync(said => said.Split('\n').Count(line => line.Contains("outcome not published yet", StringComparison.Ordinal)) == 3, token);
        await Task.Delay(milliseconds, token);
        await experiment.Facility.Broker.StartAgainAsync(token);
        await experiment.Facility.ReconnectAsync(token);

        await experiment.EndAsync(3, token);
    }

    [Test]
    [CancelAfter(120_000)]
    public Task F6_an_ACK_whose_receipt_was_lost_starts_nothing_again(CancellationToken token) => CutAckAsync(FrameFate.CutAfter, token);

    [Test]
    [CancelAfter(120_000)]
    public Task F7_an_ACK_that_was_lost_is_sent_again_without_another_run(CancellationToken token) => CutAckAsync(FrameFate.CutBefore, token);

    [Test]
    [CancelAfter(120_000)]
    public async Task F11_a_connection_that_flaps_while_runs_go_on_costs_none(CancellationToken token)
    {
        FaultProxy? proxy = null;
        var facility = await Facility.OpenAsync(token, port: target => (proxy = FaultProxy.Start(target, number => (FaultRules.Pass, new FaultRules { CutAfterBytes = 1200L * number, Reset = number % 2 == 0 }))).Port);
        await using var closing = proxy!;
        await using var experiment = await BrokerExperiment.StartAsync(facility, token);
        await experiment.SubmitAsync(3, token);
        experiment.Go();

        await experiment.EndAsync(3, token);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task F30_a_backlog_of_one_experiment_lets_the_others_pass_and_is_named_where_it_fills_the_look_ahead(CancellationToken token)
    {
        await using var experiment = await BrokerExperiment.StartAsync(await Facility.OpenAsync(token, broker: "prefetch = 4"), token);
        var facility = experiment.Facility;
        await facility.SubmitAsync(1, 1, experiment.ScriptOf(1), token);
        await facility.SubmitAsync(1, 2, experiment.ScriptOf(2), token);
        await facility.SubmitAsync(2, 3, experiment.ScriptOf(3), token);
        await experiment.UntilAsync("begin", 2, token);

        await facility.SubmitAsync(1, 4, experiment.ScriptOf(4), token);
        await facility.SubmitAsync(3, 5, experiment.ScriptOf(5), token);
        var said = await facility.Place.StatusUntilAsync(text => text.Contains("problem:", StringComparison.Ordinal), token);
        Assert.That(said, Does.Contain("RB 1").And.Contain("broker.prefetch"));
        experiment.Go();

        await experiment.EndAsync(5, token);
    }

    private static async Task CutAckAsync(FrameFate fate, CancellationToken token)
    {
        FaultProxy? proxy = null;
        var cuts = 0;
        var rules = new FaultRules { Frames = frame => frame.Command == "ACK" && Interlocked.Increment(ref cuts) == 1 ? fate : FrameFate.Pass };
        var facility = await Facility.OpenAsync(token, port: target => (proxy = FaultProxy.Start(target, _ => (rules, FaultRules.Pass))).Port);
        await using var closing = proxy!;
        await using var experiment = await BrokerExperiment.StartAsync(facility, token);
        experiment.Go();
        await experiment.SubmitAsync(2, token);

        await experiment.EndAsync(2, token);
        Assert.That(cuts, Is.GreaterThanOrEqualTo(1));
    }
}

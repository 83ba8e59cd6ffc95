using System.Globalization;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>What a real broker won't do on demand: refuse, flap, say nothing, deliver twice. The daemon is the real one.</summary>
public sealed class StubbornBrokerTests
{
    private const string Quick = "def main(input_file, output_dir):\n    pass\n";

    [Test]
    [CancelAfter(60_000)]
    public async Task F11_a_broker_that_can_t_be_found_or_refuses_the_connection_is_named(CancellationToken token)
    {
        await using var place = FacilityPlace.Create("stomp:failover:(tcp://127.0.0.1:1)?initialReconnectDelay=50");

        var (code, said) = await place.CtlAsync(token, "start");

        Assert.That((code, said), Is.EqualTo((0, said)));
        Assert.That(said, Does.Contain("broker unreachable, retrying").And.Contain("tcp://127.0.0.1:1"));
        Assert.That((await place.CtlAsync(token, "status")).Said, Does.Contain("not connected: unreachable, retrying: tcp://127.0.0.1:1"));

        Assert.That((await place.CtlAsync(token, "stop")).Code, Is.Zero);
        place.Configure("tcp://no-such-host.invalid:61613");
        Assert.That((await place.CtlAsync(token, "start")).Code, Is.Zero);
        await place.StatusUntilAsync(text => text.Contains("not connected: unreachable, retrying: tcp://no-such-host.invalid:61613", StringComparison.Ordinal), token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F11_a_broker_that_says_nothing_is_no_broker_and_one_that_flaps_gets_one_connection_at_a_time(CancellationToken token)
    {
        const int flaps = 60;
        var open = 0;
        var mostOpen = 0;
        var queue = new StubQueue();
        await using var broker = ScriptedBroker.Start(async session =>
        {
            mostOpen = Math.Max(mostOpen, Interlocked.Increment(ref open));
            try
            {
                switch (session.Number)
                {
                    case > flaps:
                        await queue.ServeAsync(session);
                        break;
                    case var number when number % 3 == 0:
                        await session.ExpectAsync("CONNECT");
                        session.Reset();
                        break;
                    case var number when number % 3 == 1:
                        await session.ExpectAsync("CONNECT");
                        await session.SendRawAsync("CONNECTED\nversion:1");
                        break;
                }
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        });
        await using var place = FacilityPlace.Create($"stomp:failover:(tcp://127.0.0.1:{broker.EndPoint.Port})?initialReconnectDelay=10&maxReconnectDelay=40");
        Assert.That((await place.CtlAsync(token, "start")).Code, Is.Zero);
        await BrokerExperiment.UntilAsync(() => broker.Connections > 5, token);
        var before = Usage(place.Pid);

        await place.StatusUntilAsync(text => text.Contains("\nconnected to", StringComparison.Ordinal), token);

        var after = Usage(place.Pid);
        Assert.That(mostOpen, Is.LessThanOrEqualTo(2), "the broker may see the end of one after the beginning of the next");
        Assert.That(after.Sockets, Is.LessThanOrEqualTo(before.Sockets + 1));
        Assert.That(after.Threads, Is.LessThanOrEqualTo(before.Threads + 8));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F11_a_broker_that_accepts_and_says_nothing_doesn_t_keep_start_waiting(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(session => session.DrainAsync());
        await using var place = FacilityPlace.Create($"tcp://127.0.0.1:{broker.EndPoint.Port}");

        var (code, said) = await place.CtlAsync(token, "start");

        Assert.That(code, Is.Zero);
        Assert.That(said, Does.Contain("broker unreachable, retrying"));
        await place.StatusUntilAsync(text => text.Contains("did not answer within 10 s", StringComparison.Ordinal), token);
        Assert.That((await place.CtlAsync(token, "stop")).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F12_a_refused_login_and_a_refused_subscription_are_told_and_tried_again(CancellationToken token)
    {
        var queue = new StubQueue();
        var seen = new TaskCompletionSource();
        await using var broker = ScriptedBroker.Start(async session =>
        {
            if (session.Number == 1)
            {
                await session.ExpectAsync("CONNECT");
                await session.SendAsync("ERROR", ("message", "User name [reducer] or password is invalid."));
                return;
            }

            if (session.Number == 2)
            {
                await session.WelcomeAsync();
                var subscribe = await session.ExpectAsync("SUBSCRIBE");
                await session.SendAsync("ERROR", ("message", "not authorized to read"), ("receipt-id", subscribe.Headers["receipt"]!));
                await session.DrainAsync();
                return;
            }

            // What was refused is said until it succeeds.
            await seen.Task.WaitAsync(token);
            await queue.ServeAsync(session);
        });
        await using var place = FacilityPlace.Create($"stomp:failover:(tcp://127.0.0.1:{broker.EndPoint.Port})?initialReconnectDelay=500", broker: "username = \"reducer\"");

        var (code, said) = await place.CtlAsync(token, "start");

        Assert.That(code, Is.Zero);
        Assert.That(said, Does.Contain("broker refuses us, retrying").And.Contain("or password is invalid").And.Contain("broker.password_file"));
        await place.StatusUntilAsync(text => text.Contains("not authorized to read", StringComparison.Ordinal), token);
        seen.SetResult();
        await place.StatusUntilAsync(text => text.Contains("\nconnected to", StringComparison.Ordinal), token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F12_an_acknowledgement_that_is_refused_is_sent_again_and_the_run_is_not(CancellationToken token)
    {
        await using var experiment = new StubExperiment(
            (session, place) => StubQueue.DeliverAsync(session, "ID:1", "a", place.Message(1, 1, Quick)),
            refused: "ACK", times: 1);
        await experiment.StartAsync(token);

        await experiment.FinishedAsync(token);

        Assert.That(experiment.Queue.Acknowledged, Has.Count.EqualTo(1), "I1 the message is acknowledged");
        Assert.That(experiment.Told, Is.EqualTo(new[] { "/queue/ReductionStarted 1", "/queue/ReductionComplete 1" }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_outcome_that_the_broker_refuses_keeps_its_message_until_it_is_taken(CancellationToken token)
    {
        await using var experiment = new StubExperiment(
            (session, place) => StubQueue.DeliverAsync(session, "ID:1", "a", place.Message(0, 1, Quick)),
            refused: "SEND", times: 2);
        await experiment.StartAsync(token);

        await BrokerExperiment.UntilAsync(() => experiment.Queue.Commits == 1, token);

        // rb_number 0: the daemon answers it itself. Nothing of a transaction with a refused SEND was committed.
        Assert.That(experiment.Told, Is.EqualTo(new[] { "/queue/ReductionError 1" }));
        Assert.That(experiment.Queue.Aborts, Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F29_a_message_that_comes_twice_is_reduced_once_and_acknowledged_twice(CancellationToken token)
    {
        await using var experiment = new StubExperiment(async (session, place) =>
        {
            await StubQueue.DeliverAsync(session, "ID:1", "a", place.Message(1, 1, Quick));
            await StubQueue.DeliverAsync(session, "ID:1", "b", place.Message(1, 1, Quick));

            // Another run under the same name, as two brokers may give: it is another run.
            await StubQueue.DeliverAsync(session, "ID:1", "c", place.Message(2, 2, Quick));
        });
        await experiment.StartAsync(token);

        await BrokerExperiment.UntilAsync(() => experiment.Queue.Acknowledged.Count == 3, token);

        Assert.That(experiment.Queue.Acknowledged, Is.EquivalentTo(new[] { "a", "b", "c" }));
        Assert.That(experiment.Told, Is.EquivalentTo(new[]
        {
            "/queue/ReductionStarted 1", "/queue/ReductionComplete 1", "/queue/ReductionStarted 2", "/queue/ReductionComplete 2",
        }), "I2 each run is reduced once");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F29_runs_that_come_again_in_another_order_are_neither_lost_nor_run_twice(CancellationToken token)
    {
        await using var experiment = new StubExperiment(async (session, place) =>
        {
            int[] order = session.Number == 1 ? [1, 2, 3] : [3, 2, 1];
            foreach (var run in order)
            {
                await StubQueue.DeliverAsync(session, $"ID:{run}", $"{session.Number}-{run}", place.Message(1, run, Quick));
            }

            if (session.Number == 1)
            {
                session.Reset();
            }
        });
        await experiment.StartAsync(token);

        await BrokerExperiment.UntilAsync(() => experiment.Queue.Acknowledged.Count == 3, token);

        Assert.That(experiment.Told.Where(told => told.Contains("Complete", StringComparison.Ordinal)), Is.EquivalentTo(Enumerable.Range(1, 3).Select(run => $"/queue/ReductionComplete {run}")));
    }

    [TestCase("4 3 2 1", "1 2 3 4", TestName = "F29_runs_keep_the_order_in_which_they_came_first_when_a_later_one_comes_before_them")]
    [TestCase("4 1", "1 4", TestName = "F29_a_run_that_does_not_come_again_keeps_its_experiment_back_for_a_moment_only")]
    [CancelAfter(60_000)]
    public async Task F29_order_after_a_lost_connection(string again, string expected, CancellationToken token)
    {
        await using var experiment = new StubExperiment(
            async (session, place) =>
            {
                string[] runs = session.Number == 1 ? ["1", "2", "3"] : again.Split(' ');
                foreach (var run in runs)
                {
                    // The first takes the instrument's only slot, and is of another experiment.
                    var body = run == "1" ? place.Message(2, 1, WaitingFor($"{place.Root}/go")) : place.Message(1, int.Parse(run, CultureInfo.InvariantCulture), Quick);
                    await StubQueue.DeliverAsync(session, $"ID:{run}", $"{session.Number}-{run}", body);
                }

                if (session.Number == 1)
                {
                    await place.StatusUntilAsync(said => said.Contains("2 waiting", StringComparison.Ordinal), token);
                    session.Reset();
                }
            },
            daemon: "max_jobs_per_instrument = 1");
        await experiment.StartAsync(token);
        await experiment.Place.StatusUntilAsync(said => said.Contains($"{expected.Split(' ').Length - 1} waiting", StringComparison.Ordinal), token);

        await File.WriteAllTextAsync($"{experiment.Place.Root}/go", "", token);
        await BrokerExperiment.UntilAsync(() => experiment.Queue.Acknowledged.Count == again.Split(' ').Length, token);

        Assert.That(experiment.Told.Where(told => told.Contains("Complete", StringComparison.Ordinal)), Is.EqualTo(expected.Split(' ').Select(run => $"/queue/ReductionComplete {run}")));
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(60_000)]
    public async Task F5_a_broker_whose_heart_beats_come_late_is_not_taken_for_gone(CancellationToken token)
    {
        const int beats = 2;
        var heard = 0;
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync(heartBeat: "2000,0");
            await session.ConfirmAsync("SUBSCRIBE");
            for (; heard < beats; heard++)
            {
                // Nearly two intervals: what ActiveMQ may take.
                await Task.Delay(3_600, session.Over);
                await session.SendRawAsync("\n");
            }

            await session.DrainAsync();
        });
        await using var place = FacilityPlace.Create($"tcp://127.0.0.1:{broker.EndPoint.Port}", broker: "heartbeat_seconds = 2", daemon: "standby = false");
        Assert.That((await place.CtlAsync(token, "start")).Code, Is.Zero);

        await BrokerExperiment.UntilAsync(() => heard == beats || broker.Connections > 1, token);

        Assert.That(broker.Connections, Is.EqualTo(1), "a broker that beats late was taken for gone");
    }

    private static string WaitingFor(string path) =>
        $"import os, time\ndef main(input_file, output_dir):\n    while not os.path.exists('{path}'):\n        time.sleep(0.01)\n";

    private static (int Sockets, int Threads) Usage(int pid) => (BrokerExperiment.SocketsOf(pid), Directory.GetDirectories($"/proc/{pid}/task").Length);
}

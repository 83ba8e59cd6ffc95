using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

[CancelAfter(30_000)]
public sealed class ConnectorTests
{
    [Test]
    public async Task The_next_broker_is_tried_at_once_and_the_next_round_after_a_wait(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            if (session.Number > 1)
            {
                await session.WelcomeAsync();
                await session.HangAsync();
            }
        });
        var failures = new List<StompConnectFailure>();
        var connector = new StompConnector(BrokerUri.Parse($"failover:(tcp://127.0.0.1:1,{broker.EndPoint})"), new());

        await using var connection = await connector.ConnectAsync(failures.Add, token);

        Assert.That(connection.EndPoint, Is.EqualTo(broker.EndPoint));
        Assert.That(failures.Select(failure => failure.EndPoint.Port), Is.EqualTo(new[] { 1, broker.EndPoint.Port, 1 }));
        Assert.That(failures.Select(failure => failure.RetryDelay > TimeSpan.Zero), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public async Task In_random_order_too_a_round_is_tried_before_it_waits(CancellationToken token)
    {
        var failures = new List<StompConnectFailure>();
        var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        var connector = new StompConnector(BrokerUri.Parse("failover:(tcp://127.0.0.1:1,tcp://127.0.0.1:2,tcp://127.0.0.1:3)?randomize=true"), new());

        Assert.That(() => connector.ConnectAsync(failure =>
        {
            failures.Add(failure);
            if (failures.Count == 6)
            {
                enough.Cancel();
            }
        }, enough.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(failures.Take(3).Select(failure => failure.EndPoint.Port), Is.EquivalentTo(new[] { 1, 2, 3 }));
        Assert.That(failures.Select(failure => failure.RetryDelay > TimeSpan.Zero), Is.EqualTo(new[] { false, false, true, false, false, true }));
    }

    [Test]
    public async Task A_broker_that_takes_connections_and_drops_them_is_tried_ever_more_slowly(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(session => session.WelcomeAsync());
        var connector = new StompConnector(BrokerUri.Parse($"failover:({broker.EndPoint})?initialReconnectDelay=20"), new());
        var began = TimeProvider.System.GetTimestamp();

        for (var i = 0; i < 4; i++)
        {
            await using var connection = await connector.ConnectAsync(null, token);
            await connection.Closed;
        }

        // 20, 40 and 80 ms, less a quarter by chance.
        Assert.That(TimeProvider.System.GetElapsedTime(began), Is.GreaterThan(TimeSpan.FromMilliseconds(100)));
        Assert.That(broker.Connections, Is.EqualTo(4));
    }

    [Test]
    public async Task A_name_that_does_not_resolve_and_a_login_that_is_refused_are_failures_like_others(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.ExpectAsync("CONNECT");
            await session.SendAsync("ERROR", ("message", "wrong password"));
        });
        var failures = new List<string>();
        var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        var connector = new StompConnector(BrokerUri.Parse($"failover:(tcp://no-such-host.invalid:1,{broker.EndPoint})"), new());

        Assert.That(() => connector.ConnectAsync(failure =>
        {
            failures.Add(failure.Exception.Message);
            if (failures.Count == 2)
            {
                enough.Cancel();
            }
        }, enough.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(failures[0], Does.Contain("no-such-host.invalid"));
        Assert.That(failures[1], Does.Contain("wrong password"));
    }
}

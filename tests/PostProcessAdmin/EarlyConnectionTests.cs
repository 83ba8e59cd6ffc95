using Autoreduction.Contract;
using Autoreduction.PostProcessAdmin;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>The connection that is made before there is a run, where it can and where it can't be had.</summary>
[CancelAfter(30_000)]
public sealed class EarlyConnectionTests
{
    [Test]
    public async Task It_is_handed_over_once_and_is_not_closed_then(CancellationToken token)
    {
        var goodbye = new TaskCompletionSource();
        await using var broker = ServeUntil(goodbye);
        var expected = Expected($"{broker.EndPoint}");
        var early = EarlyConnection.TryMake(expected)!;
        await early.Tried.WaitAsync(token);

        var taken = early.TryTake(Order(expected));
        Assert.That(taken, Is.Not.Null);
        Assert.That(early.TryTake(Order(expected)), Is.Null);
        await early.DisposeAsync();

        Assert.That(taken!.Closed.IsCompleted || goodbye.Task.IsCompleted, Is.False);
        await taken.DisconnectAsync(token);
        await goodbye.Task.WaitAsync(token);
        await taken.DisposeAsync();
        Assert.That(broker.Connections, Is.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Where_it_is_not_needed_it_takes_its_leave(bool isForAnotherBroker, CancellationToken token)
    {
        var goodbye = new TaskCompletionSource();
        await using var broker = ServeUntil(goodbye);
        await using var early = EarlyConnection.TryMake(Expected($"{broker.EndPoint}"))!;
        await early.Tried.WaitAsync(token);

        if (isForAnotherBroker)
        {
            Assert.That(early.TryTake(Order(Expected("tcp://127.0.0.1:1"))), Is.Null);
        }
        else
        {
            await early.DisposeAsync();
        }

        await goodbye.Task.WaitAsync(token);
    }

    [Test]
    public async Task One_that_the_broker_has_closed_is_not_handed_over(CancellationToken token)
    {
        var over = new TaskCompletionSource();
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await over.Task;
        });
        var expected = Expected($"{broker.EndPoint}");
        await using var early = EarlyConnection.TryMake(expected)!;
        await early.Tried.WaitAsync(token);
        Assert.That(early.IsMade, Is.True);

        over.SetResult();
        await PostProcessAdminRunner.UntilAsync(() => !early.IsMade, token);

        Assert.That(early.TryTake(Order(expected)), Is.Null);
    }

    [Test]
    public async Task The_next_broker_of_the_list_is_tried_and_all_of_them_once(CancellationToken token)
    {
        await using var closes = ScriptedBroker.Start(_ => Task.CompletedTask);
        await using var serves = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.HangAsync();
        });
        var both = Expected($"failover:({closes.EndPoint},{serves.EndPoint})");
        await using var second = EarlyConnection.TryMake(both)!;
        await second.Tried.WaitAsync(token);
        await using var taken = second.TryTake(Order(both));
        Assert.That(taken!.EndPoint, Is.EqualTo(serves.EndPoint));

        var none = Expected($"failover:({closes.EndPoint},tcp://127.0.0.1:1)");
        await using var first = EarlyConnection.TryMake(none)!;
        await first.Tried.WaitAsync(token);
        Assert.That(first.TryTake(Order(none)), Is.Null);
        Assert.That(closes.Connections, Is.EqualTo(2));
    }

    [Test]
    public void Without_heart_beats_or_a_passcode_there_is_none()
    {
        var broker = new BrokerSettings { Uri = "tcp://127.0.0.1:1" };

        Assert.That(EarlyConnection.TryMake(new() { Broker = broker with { HeartBeat = TimeSpan.Zero } }), Is.Null);
        Assert.That(EarlyConnection.TryMake(new() { Broker = broker with { PasswordFile = "/nowhere/passcode" } }), Is.Null);
    }

    private static ScriptedBroker ServeUntil(TaskCompletionSource goodbye) => ScriptedBroker.Start(async session =>
    {
        await session.WelcomeAsync();
        await session.ConfirmAsync("DISCONNECT");
        goodbye.SetResult();
    });

    private static ExpectedRun Expected(string uri) => new() { Broker = new() { Uri = uri }, BrokerPassword = "secret" };

    private static JobOrder Order(ExpectedRun expected) => new()
    {
        JobId = "job",
        JobDirectory = "/nowhere",
        MessageId = "ID:1",
        Attempt = 1,
        Broker = expected.Broker,
        BrokerPassword = expected.BrokerPassword,
        Queues = new(),
        Reduction = new(),
        KillGrace = default,
    };
}

using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed partial class ActiveMqTests
{
    private static readonly StompHeader[] OneAtATime = [new("activemq.prefetchSize", "1")];

    [Test]
    public async Task Auto_mode_needs_no_ACK(CancellationToken token)
    {
        await PutAsync(token, "one", "two");

        Assert.That(await TakeAsync(2, StompAckMode.Auto, (_, _) => Task.CompletedTask, token), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(await LeftAsync(token), Is.Empty);
    }

    [Test]
    public async Task In_client_mode_an_ACK_covers_what_came_before(CancellationToken token)
    {
        await PutAsync(token, "one", "two", "three");

        await TakeAsync(3, StompAckMode.Client, async (connection, messages) => await connection.AckAsync(messages[1], null, withReceipt: true, token), token);

        Assert.That(await LeftAsync(token), Is.EqualTo(new[] { "three" }));
    }

    [Test]
    public async Task In_client_individual_mode_an_ACK_covers_one_message(CancellationToken token)
    {
        await PutAsync(token, "one", "two", "three");

        await TakeAsync(3, StompAckMode.ClientIndividual, async (connection, messages) => await connection.AckAsync(messages[1], null, withReceipt: true, token), token);

        Assert.That(await LeftAsync(token), Is.EqualTo(new[] { "one", "three" }));
    }

    [Test]
    public async Task The_prefetch_bounds_what_is_unacknowledged(CancellationToken token)
    {
        await PutAsync(token, "one", "two");
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, StompAckMode.ClientIndividual, OneAtATime, token);

        var first = await connection.Messages.ReadAsync(token);

        // A receipt comes behind whatever was sent before it.
        await connection.SendAsync($"{Queue}-other", default, [], null, withReceipt: true, token);
        Assert.That(connection.Messages.Count, Is.Zero);
        await connection.AckAsync(first, null, withReceipt: false, token);
        Assert.That(Text(await connection.Messages.ReadAsync(token)), Is.EqualTo("two"));
    }

    [Test]
    public async Task A_NACK_sends_to_the_dead_letter_queue(CancellationToken token)
    {
        await PutAsync(token, "poison");
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, StompAckMode.ClientIndividual, OneAtATime, token);
        var message = await connection.Messages.ReadAsync(token);
        await connection.SubscribeAsync("dead", "/queue/ActiveMQ.DLQ", StompAckMode.Auto, [], token);

        await connection.NackAsync(message, null, withReceipt: true, token);
        var dead = await connection.Messages.ReadAsync(token);

        Assert.That((dead.Subscription, Text(dead), dead.MessageId), Is.EqualTo(("dead", "poison", message.MessageId)));
    }

    [Test]
    public async Task An_ACK_of_another_connection_is_refused_and_the_connection_goes_on(CancellationToken token)
    {
        await PutAsync(token, "in");
        StompMessage? old = null;
        await TakeAsync(1, StompAckMode.ClientIndividual, (_, messages) => Task.FromResult(old = messages[0]), token);
        await using var connection = await ConnectAsync(token);

        Assert.That(() => connection.AckAsync(old!, null, withReceipt: true, token), Throws.InstanceOf<StompServerErrorException>());
        await connection.SendAsync($"{Queue}-other", default, [], null, withReceipt: true, token);
    }
}

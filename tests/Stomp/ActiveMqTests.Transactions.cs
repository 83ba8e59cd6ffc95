using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed partial class ActiveMqTests
{
    [Test]
    public async Task A_commit_sends_and_acknowledges_together(CancellationToken token)
    {
        await PutAsync(token, "in");

        await TakeAsync(1, StompAckMode.ClientIndividual, async (connection, messages) =>
        {
            var transaction = await connection.BeginAsync(token);
            await connection.SendAsync($"{Queue}-out", "out"u8.ToArray(), Persistent, transaction, withReceipt: false, token);
            await connection.AckAsync(messages[0], transaction, withReceipt: false, token);
            await transaction.CommitAsync(token);
        }, token);

        Assert.That(await LeftAsync(token), Is.Empty);
        Assert.That(await LeftAsync(token, "-out"), Is.EqualTo(new[] { "out" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task What_is_aborted_or_left_open_never_was(bool abort, CancellationToken token)
    {
        await PutAsync(token, "in");

        await TakeAsync(1, StompAckMode.ClientIndividual, async (connection, messages) =>
        {
            var transaction = await connection.BeginAsync(token);
            await connection.SendAsync($"{Queue}-out", "out"u8.ToArray(), Persistent, transaction, withReceipt: true, token);
            await connection.AckAsync(messages[0], transaction, withReceipt: true, token);
            await (abort ? transaction.AbortAsync(token) : Task.CompletedTask);
        }, token);

        Assert.That(await LeftAsync(token, "-out"), Is.Empty);
        Assert.That(await LeftAsync(token), Is.EqualTo(new[] { "in" }));
        await TakeAsync(1, StompAckMode.Auto, (_, _) => Task.CompletedTask, token);
    }

    // ActiveMQ itself would commit the ACK without the SEND that it refused.
    [Test]
    public async Task A_refused_SEND_keeps_the_message_that_its_transaction_acknowledges(CancellationToken token)
    {
        await PutAsync(token, "in");

        await TakeAsync(1, StompAckMode.ClientIndividual, async (connection, messages) =>
        {
            var transaction = await connection.BeginAsync(token);
            await connection.SendAsync("/remote-temp-queue/none", "out"u8.ToArray(), Persistent, transaction, withReceipt: false, token);
            await connection.AckAsync(messages[0], transaction, withReceipt: false, token);
            Assert.That(() => transaction.CommitAsync(token), Throws.InstanceOf<StompServerErrorException>());
        }, token);

        Assert.That(await LeftAsync(token), Is.EqualTo(new[] { "in" }));
    }
}

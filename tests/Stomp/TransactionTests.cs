using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

[CancelAfter(30_000)]
public sealed class TransactionTests
{
    [Test]
    public async Task COMMIT_follows_the_receipts_of_its_frames(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            var begin = await session.ExpectAsync("BEGIN");
            var frames = new[] { await session.ExpectAsync("SEND"), await session.ExpectAsync("SEND") };
            Assert.That(frames.Select(frame => frame.Headers["transaction"]), Is.All.EqualTo(begin.Headers["transaction"]));
            var next = session.ReadAsync();
            await session.ReceiptAsync(frames[0]);
            Assert.That(next.IsCompleted, Is.False);
            await session.ReceiptAsync(frames[1]);
            var commit = await next;
            Assert.That((commit.Command, commit.Headers["transaction"]), Is.EqualTo(("COMMIT", begin.Headers["transaction"])));
            await session.ReceiptAsync(commit);
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var transaction = await connection.BeginAsync(token);
        await connection.SendAsync("/queue/a", default, [], transaction, withReceipt: false, token);
        await connection.SendAsync("/queue/b", default, [], transaction, withReceipt: false, token);
        await transaction.CommitAsync(token);
    }

    [Test]
    public async Task A_refused_frame_takes_back_its_transaction(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ExpectAsync("BEGIN");
            var refused = await session.ExpectAsync("SEND");
            await session.ConfirmAsync("SEND");
            await session.SendAsync("ERROR", ("message", "not allowed"), ("receipt-id", refused.Headers["receipt"]!));
            await session.ConfirmAsync("ABORT");
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var transaction = await connection.BeginAsync(token);
        await connection.SendAsync("/queue/forbidden", default, [], transaction, withReceipt: false, token);
        await connection.SendAsync("/queue/b", default, [], transaction, withReceipt: false, token);

        Assert.That(() => transaction.CommitAsync(token), Throws.InstanceOf<StompServerErrorException>().With.Message.Contains("not allowed"));
        Assert.That(connection.Closed.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_lost_connection_leaves_a_commit_unconfirmed(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ExpectAsync("BEGIN");
            await session.ConfirmAsync("SEND");
            await session.ExpectAsync("COMMIT");
            session.Reset();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var transaction = await connection.BeginAsync(token);
        await connection.SendAsync("/queue/a", default, [], transaction, withReceipt: false, token);

        Assert.That(() => transaction.CommitAsync(token), Throws.InstanceOf<StompConnectionException>());
    }
}

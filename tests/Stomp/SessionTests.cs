using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

[CancelAfter(30_000)]
public sealed class SessionTests
{
    [TestCase("1.0", "message-id=7")]
    [TestCase("1.1", "message-id=7 subscription=s")]
    [TestCase("1.2", "id=7")]
    public async Task An_ACK_names_the_delivery_as_its_version_wants(string version, string expected, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync(version);
            await session.MessageAsync("s", 7, "body");
            var ack = await session.ExpectAsync("ACK");
            Assert.That(string.Join(' ', ack.Headers.Select(header => $"{header.Name}={header.Value}")), Is.EqualTo(expected));
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var message = await connection.Messages.ReadAsync(token);
        await connection.AckAsync(message, null, withReceipt: false, token);

        Assert.That((message.MessageId, message.Subscription, message.Destination), Is.EqualTo(("7", "s", "/queue/q")));
        Assert.That(Encoding.UTF8.GetString(message.Body.Span), Is.EqualTo("body"));
    }

    [Test]
    public async Task STOMP_1_0_has_no_NACK(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync("1.0");
            await session.MessageAsync("s", 7, "body");
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);
        var message = await connection.Messages.ReadAsync(token);

        Assert.That(() => connection.NackAsync(message, null, withReceipt: false, token), Throws.InstanceOf<NotSupportedException>());
    }

    [Test]
    public async Task Receipts_may_come_in_any_order_and_twice(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            var frames = new[] { await session.ExpectAsync("SEND"), await session.ExpectAsync("SEND"), await session.ExpectAsync("SEND") };
            foreach (var frame in frames.Reverse().Append(frames[0]))
            {
                await session.ReceiptAsync(frame);
            }

            await session.ConfirmAsync("SEND");
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => connection.SendAsync("/queue/q", default, [], null, withReceipt: true, token)));
        await connection.SendAsync("/queue/q", default, [new("receipt", "mine")], null, withReceipt: true, token);
    }

    [Test]
    public async Task Frames_keep_their_order_also_when_many_wait(CancellationToken token)
    {
        const int Count = 3000;
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            for (var i = 0; i < Count; i++)
            {
                var frame = await session.ExpectAsync("SEND");
                Assert.That(frame.Headers["n"], Is.EqualTo($"{i}"));
                Assert.That(frame.Body.Length, Is.EqualTo(i % 5 == 0 ? 100_000 : 10));
            }

            await session.ConfirmAsync("DISCONNECT");
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        for (var i = 0; i < Count; i++)
        {
            await connection.SendAsync("/queue/q", new byte[i % 5 == 0 ? 100_000 : 10], [new("n", $"{i}")], null, withReceipt: false, token);
        }

        await connection.DisconnectAsync(token);
    }

    [Test]
    public async Task Nothing_is_sent_after_DISCONNECT(CancellationToken token)
    {
        var after = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ConfirmAsync("DISCONNECT");
            after.SetResult(await session.IsAtEndAsync());
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var goodbye = connection.DisconnectAsync(token);

        Assert.That(
            () => connection.SendAsync("/queue/q", default, [], null, withReceipt: false, token),
            Throws.InstanceOf<StompConnectionException>());
        await goodbye;
        await connection.DisposeAsync();
        Assert.That(await after.Task.WaitAsync(token), Is.True);
    }

    [TestCase("a\rb", "1.1")]
    [TestCase("a\nb", "1.0")]
    [TestCase("a\0b", "1.2")]
    public async Task A_header_that_the_version_cannot_say_is_the_callers_error_and_harms_nothing(string value, string version, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync(version);
            await session.ConfirmAsync("SEND");
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        Assert.That(
            () => connection.SendAsync("/queue/q", default, [new("x", value)], null, withReceipt: false, token),
            Throws.InstanceOf<ArgumentException>());
        await connection.SendAsync("/queue/q", default, [], null, withReceipt: true, token);
    }
}

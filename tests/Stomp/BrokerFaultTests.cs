using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>What a broker may do to a connection that was well.</summary>
[CancelAfter(60_000)]
public sealed class BrokerFaultTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task A_refused_frame_is_told_to_its_sender_and_the_connection_goes_on(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            var refused = await session.ExpectAsync("SEND");
            await session.SendAsync("ERROR", Encoding.UTF8.GetBytes("why"), ("message", "no"), ("receipt-id", refused.Headers["receipt"]!));
            await session.ConfirmAsync("SEND");
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var refusal = Assert.ThrowsAsync<StompServerErrorException>(() => SendAsync(connection, token));

        Assert.That((refusal.Body, refusal.ReceiptId), Is.EqualTo(("why", "1")));
        await SendAsync(connection, token);
    }

    [TestCase("message:unknown ack\n")]
    [TestCase("message:unknown ack\nreceipt-id:long gone\n")]
    public async Task An_ERROR_that_nobody_waits_for_is_told_and_the_connection_goes_on(string headers, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.SendRawAsync($"ERROR\n{headers}\n\0");
            await session.ConfirmAsync("SEND");
            await session.HangAsync();
        });
        var told = new List<string>();
        var options = new StompConnectionOptions { OnError = error => told.Add(error.Message) };
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, options, token);

        await SendAsync(connection, token);

        Assert.That(told, Is.EqualTo(new[] { "the broker refused: unknown ack" }));
    }

    [Test]
    public async Task A_broker_that_closes_after_an_ERROR_is_quoted(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.SendAsync("ERROR", ("message", "frame too large"));
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        var reason = await connection.Closed;

        Assert.That(reason, Has.Message.Contains("frame too large").And.InnerException.InstanceOf<StompServerErrorException>());
    }

    [TestCase("garbage\n\n\0")]
    [TestCase("CONNECTED\nversion:1.2\n\n\0")]
    [TestCase("SEND\ndestination:/queue/q\n\n\0")]
    [TestCase("RECEIPT\n\n\0")]
    [TestCase("RECEIPT\nreceipt-id:1\n\nbody\0")]
    [TestCase("MESSAGE\ndestination:/queue/q\n\nno message-id\0")]
    [TestCase("MESSAGE\nmessage-id:\\x\n\n\0")]
    public async Task What_no_broker_may_send_ends_the_connection_for_everybody(string bytes, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ExpectAsync("SEND");
            await session.SendRawAsync(bytes);
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        Assert.That(() => SendAsync(connection, token), Throws.InstanceOf<StompConnectionException>());

        Assert.That(await connection.Closed, Is.InstanceOf<StompProtocolException>());
        Assert.That(() => SendAsync(connection, token), Throws.InstanceOf<StompConnectionException>());
        Assert.That(async () => await connection.Messages.ReadAsync(token), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public async Task A_receipt_that_never_comes_ends_the_connection(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.DrainAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new() { ReceiptTimeout = Short }, token);

        Assert.That(() => SendAsync(connection, token), Throws.InstanceOf<StompConnectionException>().With.Message.Contains("no receipt for SEND"));
        Assert.That(await connection.Closed, Has.Message.Contains("no receipt for SEND"));
    }

    [Test]
    public async Task A_broker_that_falls_silent_is_given_up(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync(heartBeat: "100,0");
            await session.DrainAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new() { HeartBeat = TimeSpan.FromMilliseconds(100) }, token);

        Assert.That(await connection.Closed, Has.Message.Contains("no heart-beat for 0.3 s"));
    }

    [Test]
    public async Task Heart_beats_are_sent_while_there_is_nothing_to_say(CancellationToken token)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync(heartBeat: "0,50");

            // The line end behind CONNECT is the first byte.
            for (var i = 0; i < 6; i++)
            {
                Assert.That(await session.ReadByteAsync(), Is.EqualTo((byte)'\n'));
            }

            enough.SetResult();
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new() { HeartBeat = TimeSpan.FromMilliseconds(50) }, token);

        await enough.Task.WaitAsync(token);
    }

    [Test]
    public async Task A_broker_that_reads_nothing_blocks_neither_senders_nor_the_end(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.HangAsync();
        });
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new() { WriteTimeout = Short }, token);
        var body = new byte[1 << 20];

        Assert.That(async () =>
        {
            while (true)
            {
                await connection.SendAsync("/queue/q", body, [], null, withReceipt: false, token);
            }
        }, Throws.InstanceOf<StompConnectionException>().With.Message.Contains("took nothing for 0.2 s"));
    }

    [Test]
    public async Task A_connection_can_be_disposed_of_while_a_write_is_blocked(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.HangAsync();
        });
        var connection = await StompConnection.ConnectAsync(broker.EndPoint, new() { WriteTimeout = Timeout.InfiniteTimeSpan }, token);
        var sends = Enumerable.Range(0, 1100).Select(_ => connection.SendAsync("/queue/q", new byte[1 << 16], [], null, withReceipt: true, token)).ToList();

        await connection.DisposeAsync();

        foreach (var send in sends)
        {
            Assert.That(() => send, Throws.InstanceOf<StompConnectionException>().With.Message.Contains("closed here"));
        }
    }

    [TestCase(10, long.MaxValue)]
    [TestCase(int.MaxValue, 1000)]
    public async Task A_flood_of_messages_that_nobody_takes_ends_the_connection(int messages, long bytes, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            for (var i = 0; i < 1000; i++)
            {
                await session.MessageAsync("s", i, new string('x', 80));
            }
        });
        var options = new StompConnectionOptions { Limits = new() { BufferedMessages = messages, BufferedBytes = bytes } };
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, options, token);

        Assert.That(await connection.Closed, Is.InstanceOf<StompProtocolException>().With.Message.Contains("lower the prefetch"));
    }

    [Test]
    public async Task A_session_cut_at_any_byte_gives_whole_messages_or_none([Values] bool reset, CancellationToken token)
    {
        const string Welcome = "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0\n";
        const string Rest = "RECEIPT\nreceipt-id:1\n\n\0\nMESSAGE\nmessage-id:m\nsubscription:s\ndestination:/queue/q\ncontent-length:4\n\nab\0c\0";
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.ExpectAsync("CONNECT");
            var cut = session.Number - 1;
            await session.SendRawAsync(Welcome[..Math.Min(cut, Welcome.Length)]);
            if (cut >= Welcome.Length)
            {
                await session.ExpectAsync("SUBSCRIBE");
                await session.SendRawAsync(Rest[..(cut - Welcome.Length)]);
            }

            if (reset)
            {
                session.Reset();
            }
        });

        for (var cut = 0; cut < Welcome.Length + Rest.Length; cut++)
        {
            Assert.That(() => ReceiveAsync(broker.EndPoint, token), Throws.InstanceOf<StompConnectionException>(), $"cut after {cut} bytes");
        }

        if (!reset)
        {
            Assert.That((await ReceiveAsync(broker.EndPoint, token)).Body.ToArray(), Is.EqualTo("ab\0c"u8.ToArray()));
        }
    }

    private static Task SendAsync(StompConnection connection, CancellationToken token) =>
        connection.SendAsync("/queue/q", default, [], null, withReceipt: true, token);

    private static async Task<StompMessage> ReceiveAsync(BrokerEndPoint endPoint, CancellationToken token)
    {
        await using var connection = await StompConnection.ConnectAsync(endPoint, new(), token);
        await connection.SubscribeAsync("s", "/queue/q", StompAckMode.Auto, [], token);
        return await connection.Messages.ReadAsync(token);
    }
}

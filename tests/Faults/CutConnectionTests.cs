using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Stomp;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>F8 and F9: the daemon's link to the broker, cut at any byte and sliced in any way.</summary>
public sealed class CutConnectionTests
{
    // Longer than what is said in either direction from CONNECT to the ACK's receipt.
    private const int Conversation = 700;
    private const int AtOnce = 64;
    private static readonly string Body = $"{{\"text\": \"{new string('x', 300)}\0\\u00e9\"}}";

    [Test]
    [CancelAfter(60_000)]
    public Task F8_a_cut_every_37_bytes_delivers_no_broken_message_and_ends_acknowledged(CancellationToken token) =>
        SweepAsync(step: 37, token);

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public Task F8_a_cut_at_every_byte_delivers_no_broken_message_and_ends_acknowledged(CancellationToken token) =>
        SweepAsync(step: 1, token);

    [TestCase(1, 0, -1)]
    [TestCase(3, 1, -1)]
    [TestCase(0, 50, -1)]
    [TestCase(0, 0, 5)]
    [TestCase(0, 0, 60)]
    [CancelAfter(60_000)]
    public async Task F9_slices_delays_and_corrupt_bytes_end_in_the_same_message_acknowledged(int slice, int delay, int corrupt, CancellationToken token)
    {
        var first = new FaultRules { SliceBytes = slice, Delay = TimeSpan.FromMilliseconds(delay) };

        Assert.That(await DeliverAsync(first, first with { CorruptByte = corrupt }, token), Has.All.EqualTo(Body));
    }

    [TestCase("MESSAGE\ncontent-length:-1\nmessage-id:1\nack:1\n\nx\0")]
    [TestCase("MESSAGE\ncontent-length:99999999999999999999\nmessage-id:1\nack:1\n\nx\0")]
    [TestCase("MESSAGE\ncontent-length:1\nmessage-id:1\nack:1\n\nxx\0")]
    [TestCase("MESSAGE\nmessage-id\n\nx\0")]
    [TestCase("MESSAGE\nack:1\n\nx\0")]
    [TestCase("GARBAGE\n\n\0")]
    [CancelAfter(60_000)]
    public async Task F9_F12_what_is_no_frame_ends_the_connection_and_the_next_one_delivers(string bytes, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ConfirmAsync("SUBSCRIBE");
            if (session.Number == 1)
            {
                await session.SendRawAsync($"\n\n\r\n{bytes}");
                await session.DrainAsync();
                return;
            }

            await session.MessageAsync("pending", 7, Body);
            await session.ConfirmAsync("ACK");
            await session.HangAsync();
        });

        Assert.That(await ListenAsync(broker.EndPoint.Port, token), Has.All.EqualTo(Body));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F12_an_ERROR_that_answers_nothing_of_ours_costs_no_connection(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ConfirmAsync("SUBSCRIBE");
            await session.SendAsync("ERROR", "stack trace"u8.ToArray(), ("message", "something else went wrong"));
            await session.MessageAsync("pending", 7, Body);
            await session.ConfirmAsync("ACK");
            await session.HangAsync();
        });

        Assert.That(await ListenAsync(broker.EndPoint.Port, token), Has.All.EqualTo(Body));
        Assert.That(broker.Connections, Is.EqualTo(1));
    }

    private static async Task SweepAsync(int step, CancellationToken token)
    {
        var cuts = Enumerable.Range(0, Conversation / step).SelectMany(i => (FaultRules[])
        [
            new() { CutAfterBytes = i * step },
            new() { CutAfterBytes = i * step, Reset = true },
        ]).SelectMany(cut => new[] { (cut, FaultRules.Pass), (FaultRules.Pass, cut) });

        await Parallel.ForEachAsync(cuts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = token }, async (cut, stop) =>
        {
            var bodies = await DeliverAsync(cut.Item1, cut.Item2, stop);
            Assert.That(bodies, Is.Not.Empty.And.All.EqualTo(Body), $"{cut}");
        });
    }

    // The bodies that arrived until the broker had its ACK; the first connection suffers, later ones don't.
    private static async Task<IReadOnlyList<string>> DeliverAsync(FaultRules toBroker, FaultRules toClient, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ConfirmAsync("SUBSCRIBE");
            await session.MessageAsync("pending", 7, Body);
            await session.ConfirmAsync("ACK");
            await session.HangAsync();
        });
        await using var proxy = FaultProxy.Start(
            broker.EndPoint.Port, number => number == 1 ? (toBroker, toClient) : (FaultRules.Pass, FaultRules.Pass));
        return await ListenAsync(proxy.Port, token);
    }

    // Like the supervisor: acknowledges what arrives, until the broker confirms.
    private static async Task<IReadOnlyList<string>> ListenAsync(int port, CancellationToken token)
    {
        var bodies = new List<string>();
        var events = Channel.CreateUnbounded<DaemonEvent>();
        var settings = new Settings { Broker = new BrokerSettings { Uri = $"tcp://127.0.0.1:{port}", HeartBeat = TimeSpan.Zero } };
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(token);
        var link = new BrokerLink(settings, events.Writer).RunAsync(stopped.Token);
        StompConnection? connection = null;
        for (var confirmed = false; !confirmed;)
        {
            switch (await events.Reader.ReadAsync(token))
            {
                case DaemonEvent.BrokerConnected connected:
                    connection = connected.Connection;
                    break;
                case DaemonEvent.MessageArrived arrived:
                    bodies.Add(System.Text.Encoding.UTF8.GetString(arrived.Message.Body.Span));
                    confirmed = await TryAcknowledgeAsync(connection!, arrived.Message, token);
                    break;
            }
        }

        await stopped.CancelAsync();
        await link;
        await connection!.DisposeAsync();
        return bodies;
    }

    private static async Task<bool> TryAcknowledgeAsync(StompConnection connection, StompMessage message, CancellationToken token)
    {
        try
        {
            await connection.AckAsync(message, null, withReceipt: true, token);
            return true;
        }
        catch (StompException)
        {
            return false;
        }
    }
}

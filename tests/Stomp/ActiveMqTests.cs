using System.Text;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>What a real broker makes of the frames. One broker, a queue for each test.</summary>
[CancelAfter(60_000)]
public sealed class ActiveMqTests
{
    private static readonly StompHeader[] Persistent = [new("persistent", "true")];
    private static readonly StompHeader[] OneAtATime = [new("activemq.prefetchSize", "1")];
    private static readonly byte[] Octets = [.. Enumerable.Range(0, 256).Select(octet => (byte)octet)];
    private string _directory = null!;
    private PrivateActiveMq _broker = null!;

    private BrokerEndPoint EndPoint => new("127.0.0.1", _broker.Port, UseTls: false);

    private static string Queue => $"/queue/{TestContext.CurrentContext.Test.MethodName}";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        _directory = Directory.CreateTempSubdirectory("stomp-").FullName;
        _broker = await PrivateActiveMq.StartAsync(Path.Combine(_directory, "broker"), limit.Token);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _broker.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Every_octet_and_every_character_comes_back(CancellationToken token)
    {
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, StompAckMode.Auto, [], token);
        const string Hard = "a:b\\c\nd\re \u00FC\u20AC";

        await connection.SendAsync(Queue, Octets, [new("x-hard", Hard), new("x:name", "v")], null, withReceipt: true, token);
        var message = await connection.Messages.ReadAsync(token);

        Assert.That(message.Body.ToArray(), Is.EqualTo(Octets));
        Assert.That((message.Headers["x-hard"], message.Headers["x:name"]), Is.EqualTo((Hard, "v")));
        Assert.That(message.Headers["content-length"], Is.EqualTo("256"));
    }

    [Test]
    public async Task A_large_body_comes_back(CancellationToken token)
    {
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, StompAckMode.Auto, [], token);
        var body = new byte[5_000_000];
        Random.Shared.NextBytes(body);

        await connection.SendAsync(Queue, body, [], null, withReceipt: true, token);

        Assert.That((await connection.Messages.ReadAsync(token)).Body.Span.SequenceEqual(body), Is.True);
    }

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

    [Test]
    public async Task After_UNSUBSCRIBE_nothing_more_comes(CancellationToken token)
    {
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, StompAckMode.Auto, [], token);
        await connection.UnsubscribeAsync("s", token);

        await PutAsync(token, "late");

        Assert.That(await LeftAsync(token), Is.EqualTo(new[] { "late" }));
        Assert.That(connection.Messages.Count, Is.Zero);
    }

    [Test]
    public async Task Heart_beats_keep_an_idle_connection(CancellationToken token)
    {
        await using var connection = await ConnectAsync(token, new() { HeartBeat = TimeSpan.FromSeconds(1) });

        // Longer than either side bears silence.
        Assert.That(() => connection.Closed.WaitAsync(TimeSpan.FromSeconds(4), token), Throws.InstanceOf<TimeoutException>());
        await connection.DisconnectAsync(token);
        Assert.That(await connection.Closed, Is.Null);
    }

    private Task<StompConnection> ConnectAsync(CancellationToken token, StompConnectionOptions? options = null) =>
        StompConnection.ConnectAsync(EndPoint, options ?? new(), token);

    private async Task PutAsync(CancellationToken token, params string[] bodies)
    {
        await using var connection = await ConnectAsync(token);
        await Task.WhenAll(bodies.Select(body => connection.SendAsync(Queue, Encoding.UTF8.GetBytes(body), Persistent, null, withReceipt: true, token)));
        await connection.DisconnectAsync(token);
    }

    /// <summary>Takes messages on a connection of its own, and leaves in order.</summary>
    private async Task<string[]> TakeAsync(int count, StompAckMode mode, Func<StompConnection, List<StompMessage>, Task> use, CancellationToken token)
    {
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", Queue, mode, [], token);
        var messages = new List<StompMessage>();
        while (messages.Count < count)
        {
            messages.Add(await connection.Messages.ReadAsync(token));
        }

        await use(connection, messages);
        await connection.DisconnectAsync(token);
        return [.. messages.Select(Text)];
    }

    /// <summary>What the broker holds, which stays there.</summary>
    private async Task<string[]> LeftAsync(CancellationToken token, string suffix = "")
    {
        await using var connection = await ConnectAsync(token);
        await connection.SubscribeAsync("s", $"{Queue}{suffix}", StompAckMode.ClientIndividual, [new("browser", "true")], token);
        var bodies = new List<string>();
        while (await connection.Messages.ReadAsync(token) is var message && message.Headers["browser"] != "end")
        {
            bodies.Add(Text(message));
        }

        return [.. bodies];
    }

    private static string Text(StompMessage message) => Encoding.UTF8.GetString(message.Body.Span);
}

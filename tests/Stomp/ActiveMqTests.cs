using System.Text;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>What a real broker makes of the frames. One broker, a queue for each test.</summary>
/// <remarks>.Acknowledging has what is taken and given back, .Transactions what takes effect together.</remarks>
[CancelAfter(60_000)]
public sealed partial class ActiveMqTests
{
    private static readonly StompHeader[] Persistent = [new("persistent", "true")];
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
        await using var connection = await ConnectAsync(token, new() { HeartBeat = TimeSpan.FromSeconds(4) });

        // Longer than either side bears silence, and long enough for beats to be on time on a busy machine.
        var over = await Task.WhenAny(connection.Closed, Task.Delay(TimeSpan.FromSeconds(13), token));
        Assert.That(over == connection.Closed ? (await connection.Closed)?.Message : null, Is.Null);
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

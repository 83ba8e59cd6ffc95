using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class NeighbourTests
{
    private string _root = "";

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("neighbours-").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    [CancelAfter(120_000)]
    public async Task A_real_broker_s_listeners_hear_the_status_again_and_again_and_pings_are_answered(CancellationToken token)
    {
        using var broker = await PrivateActiveMq.StartAsync(Path.Combine(_root, "broker"), token);
        await using var listener = await StompConnection.ConnectAsync(new("127.0.0.1", broker.Port, false), new(), token);
        await listener.SubscribeAsync("status", "/topic/Status", StompAckMode.Auto, [], token);
        await listener.SubscribeAsync("pong", "/topic/Pong", StompAckMode.Auto, [], token);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
        var settings = new Settings
        {
            Broker = new BrokerSettings { Uri = $"tcp://127.0.0.1:{broker.Port}" },
            Neighbours = new NeighbourSettings { StatusTopic = "/topic/Status", PingTopic = "/topic/Ping", StatusInterval = TimeSpan.FromSeconds(0.2) },
        };

        var running = new NeighbourLink(settings).RunAsync(ended.Token);
        var (_, status) = await NextAsync();
        await NextAsync();

        // A topic keeps nothing for a subscriber that isn't there yet: ask again with each status, until there is an answer.
        JsonObject? pong = null;
        while (pong is null)
        {
            await SendAsync("nonsense");
            await SendAsync("""{"reply_to": 5}""");
            await SendAsync("""{"reply_to": "/topic/Pong", "request": "x"}""");
            pong = await NextAsync() is ("pong", var answer) ? answer : null;
        }

        await ended.CancelAsync();
        await running;
        Assert.That(status.ToJsonString(), Is.EqualTo(
            $$"""{"src_name":"{{Environment.MachineName}}","role":"postprocessing","status":"0","pid":"{{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}}"}"""));
        Assert.That((string?)pong["request"], Is.EqualTo("x"));
        Assert.That((string?)pong["role"], Is.EqualTo("postprocessing"));

        Task SendAsync(string ping) => listener.SendAsync("/topic/Ping", Encoding.UTF8.GetBytes(ping), [], null, withReceipt: false, token);

        async Task<(string? Subscription, JsonObject Body)> NextAsync()
        {
            var message = await listener.Messages.ReadAsync(token);
            return (message.Subscription, JsonNode.Parse(message.Body.Span)!.AsObject());
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task The_daemon_tells_in_its_interval_that_it_lives_and_answers_pings_also_after_its_broker_was_away(CancellationToken token)
    {
        const int seconds = 1;
        await using var facility = await Facility.OpenAsync(token, daemon: $"""

            [neighbours]
            status_topic = "/topic/Status"
            status_interval_seconds = {seconds}
            ping_topic = "/topic/Ping"

            """);
        await using var listener = await ListenAsync();
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);

        // The broker stamps what it gets: how busy this machine is with reading doesn't count.
        var first = await StatusAsync(listener);
        var stamps = new List<long>();
        while (stamps.Count < 4)
        {
            stamps.Add(Stamp(await StatusAsync(listener)));
        }

        Assert.That(Keys(first), Is.EqualTo((Environment.MachineName, "postprocessing", "0", facility.Pid.ToString(CultureInfo.InvariantCulture))));
        Assert.That((stamps[^1] - stamps[0]) / 1000.0, Is.GreaterThan(2 * seconds).And.LessThan(20 * seconds));

        await PingAsync(listener);
        await Task.WhenAll(listener.DisposeAsync().AsTask(), Task.Run(facility.Broker.Kill, token));
        await facility.Broker.StartAgainAsync(token);
        await using var later = await ListenAsync();
        Assert.That(Keys(await StatusAsync(later)), Is.EqualTo(Keys(first)));
        await PingAsync(later);

        async Task<StompConnection> ListenAsync()
        {
            var connection = await StompConnection.ConnectAsync(new("127.0.0.1", facility.Broker.Port, false), new() { HeartBeat = TimeSpan.Zero }, token);
            await connection.SubscribeAsync("status", "/topic/Status", StompAckMode.Auto, [], token);
            await connection.SubscribeAsync("pong", "/queue/Pong", StompAckMode.Auto, [], token);
            return connection;
        }

        async Task<StompMessage> StatusAsync(StompConnection connection)
        {
            var message = await connection.Messages.ReadAsync(token);
            return message.Subscription == "status" ? message : await StatusAsync(connection);
        }

        // A topic keeps nothing for a subscriber that isn't there yet: asked again with each status, until there is an answer.
        async Task PingAsync(StompConnection connection)
        {
            StompMessage message;
            do
            {
                await connection.SendAsync("/topic/Ping", """{"reply_to": "/queue/Pong", "request": "x", "n": 7}"""u8.ToArray(), [], null, withReceipt: false, token);
                message = await connection.Messages.ReadAsync(token);
            }
            while (message.Subscription != "pong");

            var pong = JsonNode.Parse(message.Body.Span)!;
            Assert.That(((string?)pong["reply_to"], (string?)pong["request"], (int)pong["n"]!), Is.EqualTo(("/queue/Pong", "x", 7)));
            Assert.That(Keys(message), Is.EqualTo(Keys(first)));
        }

        static long Stamp(StompMessage message) => long.Parse(message.Headers["timestamp"]!, CultureInfo.InvariantCulture);

        static (string?, string?, string?, string?) Keys(StompMessage message) => JsonNode.Parse(message.Body.Span) is { } status
            ? ((string?)status["src_name"], (string?)status["role"], (string?)status["status"], (string?)status["pid"])
            : default;
    }

    [TestCase("""{"reply_to": "/topic/A", "x": [1, {"y": null}]}""", true)]
    [TestCase("""{"reply_to": "/queue/A"}""", true)]
    [TestCase("""{"reply_to": "A"}""", false)]
    [TestCase("""{"reply_to": "/topic/A\nB"}""", false)]
    [TestCase("""{"reply_to": null}""", false)]
    [TestCase("""{"reply_to": "/topic/\ud800"}""", false)]
    [TestCase("""[1]""", false)]
    [TestCase("", false)]
    public void A_ping_is_answered_where_it_says_a_topic_or_queue(string ping, bool expected)
    {
        Assert.That(NeighbourMessage.TryAnswer(Encoding.UTF8.GetBytes(ping), out _, out _), Is.EqualTo(expected));
    }

    [Test]
    public async Task Without_settings_nothing_is_told_and_no_connection_made()
    {
        await new NeighbourLink(new Settings { Broker = new BrokerSettings { Uri = "tcp://127.0.0.1:1" } }).RunAsync(CancellationToken.None);
    }
}

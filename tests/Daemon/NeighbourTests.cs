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

using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>All of a facility in one private directory: real broker, real programs, and a queue processor that keeps what it is told.</summary>
internal sealed class Facility : IAsyncDisposable
{
    private static readonly string[] StatusQueues = ["Started", "Complete", "Error", "Skipped"];
    private static readonly StompConnectionOptions Options = new() { HeartBeat = TimeSpan.Zero };
    private readonly List<(string Queue, JsonObject Body)> _told = [];
    private readonly HashSet<string> _seen = [];
    private StompConnection _connection;

    private Facility(FacilityPlace place, PrivateActiveMq broker, StompConnection connection) =>
        (Place, Broker, _connection) = (place, broker, connection);

    public FacilityPlace Place { get; }

    public PrivateActiveMq Broker { get; }

    public string Root => Place.Root;

    public string PidFile => Place.PidFile;

    public string LockFile => Place.LockFile;

    public int Pid => Place.Pid;

    /// <summary>Every status message so far, in order of arrival; what was sent twice is here twice, what the broker repeats is not.</summary>
    public IReadOnlyList<(string Queue, JsonObject Body)> Told => _told;

    public IReadOnlyList<(string Queue, JsonObject Body)> Terminal => [.. _told.Where(told => told.Queue != "Started")];

    /// <summary>Sets everything up; the daemon is not started.</summary>
    /// <param name="token">Cancelled when the test's time is up.</param>
    /// <param name="port">Where the daemon finds the broker, by the broker's own port; null: there.</param>
    /// <param name="broker">More keys of <c>[broker]</c>.</param>
    /// <param name="daemon">More keys of <c>[daemon]</c>.</param>
    public static async Task<Facility> OpenAsync(CancellationToken token, Func<int, int>? port = null, string broker = "", string daemon = "")
    {
        var place = FacilityPlace.Create("tcp://127.0.0.1:1", broker, daemon);
        var activeMq = await PrivateActiveMq.StartAsync(Path.Combine(place.Root, "broker"), token);
        place.Configure($"tcp://127.0.0.1:{port?.Invoke(activeMq.Port) ?? activeMq.Port}", broker, daemon);
        return new Facility(place, activeMq, await ConnectAsync(activeMq, token));
    }

    public Task<(int Code, string Said)> CtlAsync(CancellationToken token, params string[] verb) => Place.CtlAsync(token, verb);

    public Task SubmitAsync(long rb, long run, string? script, CancellationToken token, string? data = null) =>
        SendAsync(Place.Message(rb, run, script, data), token);

    public Task SendAsync(ReadOnlyMemory<byte> body, CancellationToken token) =>
        _connection.SendAsync("/queue/ReductionPending", body, [new("persistent", "true")], null, withReceipt: true, token);

    public Task DeadLettersToAsync(CancellationToken token) =>
        _connection.SubscribeAsync("DLQ", "/queue/ActiveMQ.DLQ", StompAckMode.Auto, [], token);

    /// <summary>The next dead letter: its body and why.</summary>
    public async Task<(string Body, string? Reason)> DeadLetterAsync(CancellationToken token)
    {
        var message = await _connection.Messages.ReadAsync(token);
        return (Encoding.UTF8.GetString(message.Body.Span), message.Headers["reason"]);
    }

    /// <summary>Listens until what was told is enough; connects again when the broker was away.</summary>
    public async Task ListenUntilAsync(Func<Facility, bool> enough, CancellationToken token)
    {
        while (!enough(this))
        {
            try
            {
                await ListenAsync(token);
            }
            catch (Exception e) when (e is StompException or ChannelClosedException)
            {
                await ReconnectAsync(token);
            }
        }
    }

    /// <summary>Takes what the status queues hold, up to a message of its own.</summary>
    public async Task DrainAsync(CancellationToken token)
    {
        foreach (var queue in StatusQueues)
        {
            await _connection.SendAsync($"/queue/Reduction{queue}", "{}"u8.ToArray(), [], null, withReceipt: true, token);
        }

        await ListenUntilAsync(f => f._told.Count(told => told.Body.Count == 0) == StatusQueues.Length, token);
        _told.RemoveAll(told => told.Body.Count == 0);
    }

    /// <summary>Connects again, as after the broker was away.</summary>
    public async Task ReconnectAsync(CancellationToken token)
    {
        await _connection.DisposeAsync();
        while (true)
        {
            try
            {
                _connection = await ConnectAsync(Broker, token);
                return;
            }
            catch (StompException)
            {
                // The broker is not up yet; the test's time limit ends it.
                await Task.Delay(100, token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Place.CtlAsync(CancellationToken.None, "stop", "--now");
        await _connection.DisposeAsync();
        Broker.Dispose();
        await Place.DisposeAsync();
    }

    private static async Task<StompConnection> ConnectAsync(PrivateActiveMq broker, CancellationToken token)
    {
        var connection = await StompConnection.ConnectAsync(new("127.0.0.1", broker.Port, false), Options, token);
        foreach (var queue in StatusQueues)
        {
            await connection.SubscribeAsync(queue, $"/queue/Reduction{queue}", StompAckMode.ClientIndividual, [], token);
        }

        return connection;
    }

    private async Task ListenAsync(CancellationToken token)
    {
        var message = await _connection.Messages.ReadAsync(token);
        if (_seen.Add(message.MessageId))
        {
            _told.Add((message.Subscription, JsonNode.Parse(message.Body.Span)!.AsObject()));
        }

        await _connection.AckAsync(message, null, withReceipt: false, token);
    }
}

using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>
/// Says on a topic that the daemon lives, and answers pings. Uses a connection of its own: what neighbours send or don't
/// take can't disturb the one on which runs arrive.
/// </summary>
internal sealed class NeighbourLink(Settings settings)
{
    private static readonly StompHeader[] Headers = [new("persistent", "false"), new("content-type", "application/json")];

    private readonly NeighbourSettings _neighbours = settings.Neighbours;

    /// <summary>Runs until <paramref name="stopped"/>; at once over where the settings want nothing of it.</summary>
    public async Task RunAsync(CancellationToken stopped)
    {
        if (!_neighbours.IsOn)
        {
            return;
        }

        // Failures to connect are told by the other connection.
        var connector = new StompConnector(BrokerUri.Parse(settings.Broker.Uri), BrokerLink.Options(settings));
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await using var connection = await connector.ConnectAsync(null, stopped);
                await ServeAsync(connection, stopped);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is StompException or ChannelClosedException or IOException or OperationCanceledException)
            {
                Log.NeighboursLost(e.Message);
            }
        }
    }

    private async Task ServeAsync(StompConnection connection, CancellationToken stopped)
    {
        // Cancelled by: the daemon's end, and the end of either of the two.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        Task[] both = [TellAsync(connection, over.Token), AnswerAsync(connection, over.Token)];
        await Task.WhenAny(both);
        await over.CancelAsync();
        await Task.WhenAll(both);
    }

    private async Task TellAsync(StompConnection connection, CancellationToken over)
    {
        while (_neighbours.StatusTopic.Length > 0)
        {
            await connection.SendAsync(_neighbours.StatusTopic, NeighbourMessage.Status(), Headers, null, withReceipt: false, over);
            await Task.Delay(_neighbours.StatusInterval, over);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, over);
    }

    private async Task AnswerAsync(StompConnection connection, CancellationToken over)
    {
        if (_neighbours.PingTopic.Length > 0)
        {
            await connection.SubscribeAsync("ping", _neighbours.PingTopic, StompAckMode.Auto, [], over);
        }

        await foreach (var ping in connection.Messages.ReadAllAsync(over))
        {
            if (NeighbourMessage.TryAnswer(ping.Body.Span, out var replyTo, out var answer))
            {
                await connection.SendAsync(replyTo, answer, Headers, null, withReceipt: false, over);
            }
            else
            {
                Log.PingNotUnderstood(ping.MessageId);
            }
        }
    }
}

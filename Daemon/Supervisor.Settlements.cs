using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>Messages that become no job.</summary>
internal sealed partial class Supervisor
{
    private static readonly StompHeader[] StatusHeaders = [new("persistent", "true"), new("content-type", "application/json")];

    // Those of the current connection; the next one brings their messages again.
    private readonly List<Settlement> _settlements = [];

    private BackOff Telling() => new(clock, FirstPause, LongestPause);

    private void Reject(StompMessage message, JobMessage body, string error)
    {
        metrics.MessageInvalid();
        Log.Rejected(message.MessageId, error);
        var answer = body.With((MessageKeys.Message, JsonValue.Create(error))).ToUtf8();
        Settle(new Settlement(message, "reporting a bad message", Telling())
        {
            Send = (connection, transaction) => connection.SendAsync(_settings.Queues.Error, answer, StatusHeaders, transaction, withReceipt: false, default),
        });
    }

    private void DeadLetter(StompMessage message, string reason)
    {
        metrics.MessageUnreadable();
        Log.DeadLettered(message.MessageId, reason, _settings.Queues.DeadLetter);
        StompHeader[] headers = [new("persistent", "true"), new("reason", reason), new("original-message-id", message.MessageId)];
        Settle(new Settlement(message, "dead-lettering a message", Telling())
        {
            Send = (connection, transaction) => connection.SendAsync(_settings.Queues.DeadLetter, message.Body, headers, transaction, withReceipt: false, default),
        });
    }

    private void Settle(Settlement settlement)
    {
        _settlements.Add(settlement);
        Advance(settlement);
    }

    private void Advance(Settlement settlement)
    {
        if (settlement.Done is { IsCompletedSuccessfully: true })
        {
            _settlements.Remove(settlement);
            return;
        }

        if (settlement.Done is { IsCompleted: true } failed)
        {
            settlement.Done = null;
            settlement.Trying.Failed();
            Log.SettlingFailed(settlement.Doing, settlement.Message.MessageId, Reason(failed));
        }

        if (settlement.Done is not null || !settlement.Trying.IsDue || _connection is not { } connection)
        {
            return;
        }

        if (settlement.Prepare is { } prepare)
        {
            if (!Durably(prepare))
            {
                return;
            }

            settlement.Prepare = null;
        }

        settlement.Done = Task.Run(() => settlement.AskAsync(connection));
        _ = RingAsync(settlement);
    }

    private async Task RingAsync(Settlement settlement)
    {
        await Task.WhenAny(settlement.Done!);
        events.Writer.TryWrite(new DaemonEvent.SettlementProgressed(settlement));
    }

    private static string Reason(Task failed) => failed.Exception?.InnerException?.Message ?? "cancelled";
}

using System.Globalization;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>What the broker sends.</summary>
internal sealed partial class Supervisor
{
    private void OnConnected(DaemonEvent.BrokerConnected connected)
    {
        (_connection, _epoch) = (connected.Connection, connected.Epoch);
        _brokerText = connected.Connection.EndPoint.ToString();
    }

    private void OnLost(DaemonEvent.BrokerLost lost)
    {
        _brokerText = lost.Reason;
        if (_connection is null)
        {
            return;
        }

        Log.Disconnected(lost.Reason);
        _connection = null;
        _epoch = 0;
        foreach (var job in _jobs.Values.Where(job => job.Delivery is not null).ToList())
        {
            job.Delivery = null;

            // The broker sends what waits again, in its order.
            if (job.Record.State == JobState.Waiting && _queue.Remove(job.Id))
            {
                _jobs.Remove(job.Id);
            }
            else if (job.Record.State == JobState.Retrying)
            {
                // Without its message it must not hold its experiment back.
                _queue.Release(job.Id);
            }
        }
    }

    private void OnMessage(StompMessage message)
    {
        JobMessage body;
        try
        {
            body = JobMessage.Parse(message.Body.Span);
        }
        catch (MessageFormatException e)
        {
            DeadLetter(message, e.Message);
            return;
        }

        if (!RunRequestReader.TryRead(body, out var request, out var error))
        {
            Reject(message, body, error);
        }
        else if (request.IsCancel)
        {
            OnCancel(message, request);
        }
        else
        {
            OnRun(message, request);
        }
    }

    private void OnRun(StompMessage message, RunRequest request)
    {
        var id = JobId.Of(request, message.MessageId);
        if (_jobs.TryGetValue(id, out var known))
        {
            Attach(known, message);
            return;
        }

        var now = DateTimeOffset.Now;
        var job = new Job(
            new JobRecord
            {
                Id = id,
                MessageId = message.MessageId,
                Instrument = request.Instrument,
                Run = request.RunLabel,
                RbNumber = request.RbNumber,
                RunVersion = request.RunVersion,
                State = JobState.Waiting,
                Received = now,
                Since = now,
            },
            store.FilesOf(id))
        {
            Delivery = message,
            Body = message.Body,
            Priority = PriorityOf(message),
            IsCancelled = _cancels.Contains(request),
        };
        _jobs[id] = job;
        if (job.IsCancelled)
        {
            ReportCancelled(job);
            return;
        }

        _queue.Add(job.Queued);
        Log.JobWaits(job);
    }

    // The same message again: after a lost connection, or because an ACK was lost. It starts nothing.
    private void Attach(Job job, StompMessage message)
    {
        job.Delivery = message;
        Log.JobAttached(job);
        if (job.Record.State == JobState.Finished)
        {
            Move(job, job.Record with { State = JobState.Acknowledging });
        }

        Confirm(job);
    }

    private void OnCancel(StompMessage message, RunRequest request)
    {
        CancelRun(request);
        Settle(message, tx => Task.CompletedTask, "acknowledging a cancel");
    }

    private void Reject(StompMessage message, JobMessage body, string error)
    {
        Log.Rejected(message.MessageId, error);
        var answer = body.With((MessageKeys.Message, JsonValue.Create(error))).ToUtf8();
        Settle(message, tx => _connection!.SendAsync(_settings.Queues.Error, answer, StatusHeaders, tx, withReceipt: false, default), "reporting a bad message");
    }

    private void DeadLetter(StompMessage message, string reason)
    {
        Log.DeadLettered(message.MessageId, reason, _settings.Queues.DeadLetter);
        StompHeader[] headers = [new("persistent", "true"), new("reason", reason), new("original-message-id", message.MessageId)];
        Settle(message, tx => _connection!.SendAsync(_settings.Queues.DeadLetter, message.Body, headers, tx, withReceipt: false, default), "dead-lettering a message");
    }

    /// <summary>Sends and acknowledges in one transaction; when it fails, the message comes again with the next connection.</summary>
    private void Settle(StompMessage message, Func<StompTransaction, Task> send, string doing)
    {
        var connection = _connection!;
        Beside(async () =>
        {
            try
            {
                var transaction = await connection.BeginAsync(default);
                await send(transaction);
                await connection.AckAsync(message, transaction, withReceipt: false, default);
                await transaction.CommitAsync(default);
            }
            catch (Exception e) when (e is StompException or OperationCanceledException)
            {
                Log.Unexpected(doing, e);
            }
        });
    }

    private static readonly StompHeader[] StatusHeaders = [new("persistent", "true"), new("content-type", "application/json")];

    private static int PriorityOf(StompMessage message) =>
        int.TryParse(message.Headers["priority"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var priority) ? priority : 4;
}

using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>What the broker sends.</summary>
internal sealed partial class Supervisor
{
    // So long after a connection was made the broker has, mostly, sent again what it will send again. So long outcomes wait
    // for their messages, and experiments for their earlier runs; a longer time would hold them back while connections are short.
    private static readonly TimeSpan RedeliveryTime = TimeSpan.FromSeconds(2);

    private long _arrivals;
    private long _connectedAt;

    private bool IsRedeliveryOver => clock.GetElapsedTime(_connectedAt) >= RedeliveryTime;

    private void OnConnected(DaemonEvent.BrokerConnected connected)
    {
        (_connection, _epoch, _connectedAt, _standbyIsDue) = (connected.Connection, connected.Epoch, clock.GetTimestamp(), true);
        _brokerText = connected.Connection.EndPoint.ToString();
        metrics.Connected();
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
        _settlements.Clear();
        foreach (var job in _jobs.Values.Where(job => job.Delivery is not null))
        {
            // The broker sends what waits again, but not always in its order: each keeps its place until then.
            job.Delivery = null;
            _queue.Hold(job.Id);
        }
    }

    // What the broker has not sent again by now others may have taken. Without its message a run holds nothing back.
    private void LeaveToOthers()
    {
        if (_connection is null || !IsRedeliveryOver)
        {
            return;
        }

        foreach (var job in _queue.Waiting.Select(run => _jobs[run.JobId]).Where(job => job.Delivery is null).ToList())
        {
            _queue.Remove(job.Id);
            if (job.State == JobState.Waiting)
            {
                _jobs.Remove(job.Id);
            }
        }
    }

    private void OnMessage(StompMessage message)
    {
        var deaths = _suspect.DeathsBy(message.MessageId);
        _suspect.Begin(message.MessageId);
        if (deaths >= _settings.Daemon.MaxAttempts)
        {
            DeadLetter(message, $"the daemon ended {deaths} times while it looked at this message");
        }
        else
        {
            CrashPoint.Reach("received");
            Look(message);
        }

        _suspect.End(message.MessageId);
    }

    private void Look(StompMessage message)
    {
        JobMessage body;
        try
        {
            body = JobMessage.Parse(message.Body.Span);
        }
        catch (Exception e)
        {
            DeadLetter(message, e.Message);
            return;
        }

        try
        {
            OnMessage(message, body);
        }
        catch (IOException e)
        {
            // It may be of a job that has ended, whose record can't be read now.
            _state.Failed(e);
            _ = ComeAgainAsync(message, _epoch);
        }
        catch (Exception e)
        {
            // Whatever is special about it, it must not be forgotten while this connection lasts.
            Log.Unexpected($"handling message {message.MessageId}", e);
            Reject(message, body, $"The message could not be handled: {e.Message}");
        }
    }

    private async Task ComeAgainAsync(StompMessage message, int epoch)
    {
        await Task.Delay(FirstPause, clock);
        events.Writer.TryWrite(new DaemonEvent.MessageArrived(message, epoch));
    }

    private void OnMessage(StompMessage message, JobMessage body)
    {
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
        Mutant.Change("redelivery-unknown", ref id, $"{id}-{_arrivals}");
        var known = Find(id);
        var job = known ?? NewJob(RecordOf(id, message, request));
        _jobs[id] = job;
        if (job.Delivery is { } earlier)
        {
            // Twice on one connection: while one of them is kept, the other is not needed.
            Log.DeliveredTwice(job);
            Settle(new Settlement(earlier, "acknowledging a message that came twice", Telling()));
        }

        job.Delivery = message;
        Mutant.Do("acknowledged-on-arrival", () => _ = _connection!.AckAsync(message, null, withReceipt: false, default));
        if (known is null)
        {
            job.Arrival = ++_arrivals;
        }

        job.Priority = PriorityOf(message);
        job.IsCancelled |= job.Outcome is null && _cancels.Contains(request, _settings.Daemon.CancelRetention);
        job.Telling.Reset();
        if (known is not null)
        {
            Attach(job);
        }
        else if (!job.IsCancelled)
        {
            Log.JobWaits(job);
            _queue.Add(job.Queued);
        }

        Advance(job);
    }

    // The same message again: after a lost connection, or because an ACK was lost. A run that is being reduced, or was, is
    // not reduced again; one that waits does so in its old place.
    private void Attach(Job job)
    {
        Log.JobAttached(job);
        job.IsCounted |= job.State == JobState.Finished;
        switch (job.State)
        {
            case JobState.Finished when job.Outcome is { Published: false }:
                // SEND and ACK travelled together: neither took effect.
                Move(job, JobEvent.RedeliveredUntold);
                _queue.Block(job.Id, job.Record.RbNumber);
                break;
            case JobState.Finished:
                Move(job, JobEvent.Redelivered);
                break;
            case JobState.Waiting or JobState.Retrying when !job.IsCancelled:
                _queue.Add(job.Queued, held: clock.GetTimestamp() < job.RetryAt);
                break;
        }
    }

    private JobRecord RecordOf(string id, StompMessage message, RunRequest request) => new()
    {
        Id = id,
        MessageId = message.MessageId,
        Instrument = request.Instrument,
        Run = request.RunLabel,
        RbNumber = request.RbNumber,
        RunVersion = request.RunVersion,
        State = JobState.Waiting,
        Received = clock.GetLocalNow(),
        Since = clock.GetLocalNow(),
    };

    private static int PriorityOf(StompMessage message) =>
        int.TryParse(message.Headers["priority"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var priority) ? priority : 4;
}

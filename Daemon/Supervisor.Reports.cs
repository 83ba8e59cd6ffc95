using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>What a job came to: written down, told, and its message acknowledged. Each only when the one before is certain.</summary>
internal sealed partial class Supervisor
{
    private void ReportDeath(Job job, string how)
    {
        if (Durably(() =>
            {
                var (outcome, terminal) = DeathReport.Of(job, how, _settings);
                JobStore.SaveOutcome(job, outcome, terminal);
            }))
        {
            Log.JobDied(job, how);
            LeftDirectory.Remove(job, _settings);
            Report(job, job.Outcome!);
        }
    }

    // The outcome is on disk: now the broker must have it.
    private void Report(Job job, JobOutcome outcome)
    {
        CrashPoint.Reach("concluded");
        (job.Outcome, job.Attempt) = (outcome, null);
        Move(job, outcome.Published ? JobEvent.ConcludedAndTold : JobEvent.Concluded, record => record with
        {
            Result = outcome.Result,
            Message = outcome.Message,
            ResultDirectories = outcome.ResultDirectories,
        });
        if (outcome.Published)
        {
            _queue.Release(job.Id);
        }
        else
        {
            _queue.Block(job.Id, job.Record.RbNumber);
        }

        Tell(job);
    }

    private void Tell(Job job)
    {
        if (job.Confirmation is not null || _connection is not { } connection || job.Outcome is not { } outcome
            || !JobLife.IsBeingTold(job.State) || !job.Telling.IsDue)
        {
            return;
        }

        if (job.Delivery is null)
        {
            TellWithoutMessage(job, connection, outcome);
        }
        else if (outcome.Published)
        {
            var withReceipt = true;
            Mutant.Change("receipt-ignored", ref withReceipt, false);
            Ask(job, new(connection.AckAsync(job.Delivery, null, withReceipt, default), Tells: false, Acknowledges: true));
        }
        else if (outcome.SentWithAck || Durably(() => JobStore.SaveOutcome(job, outcome with { SentWithAck = true }, null)))
        {
            Ask(job, new(TellAndAcknowledgeAsync(connection, job, outcome, job.Delivery), Tells: true, Acknowledges: true));
        }
    }

    // The broker sends a message again that it doesn't know to be acknowledged. While that can still come, it is awaited:
    // outcome and acknowledgement then go together, and an outcome that may have arrived isn't sent twice.
    private void TellWithoutMessage(Job job, StompConnection connection, JobOutcome outcome)
    {
        if (!IsRedeliveryOver)
        {
            return;
        }

        if (outcome.Published || outcome.SentWithAck)
        {
            _queue.Release(job.Id);
            Finish(job);
            return;
        }

        Ask(job, new(SendAsync(connection, job, outcome), Tells: true, Acknowledges: false));
    }

    private void Ask(Job job, Confirmation confirmation)
    {
        job.Confirmation = confirmation;
        _ = RingAsync(job.Id, confirmation.Done);
    }

    private static async Task SendAsync(StompConnection connection, Job job, JobOutcome outcome)
    {
        var body = await File.ReadAllBytesAsync(job.Files.Terminal);
        await connection.SendAsync(outcome.Destination, body, StatusHeaders, null, withReceipt: true, default);
    }

    // Both or neither, whenever the connection breaks.
    private static async Task TellAndAcknowledgeAsync(StompConnection connection, Job job, JobOutcome outcome, StompMessage delivery)
    {
        var body = await File.ReadAllBytesAsync(job.Files.Terminal);
        var transaction = await connection.BeginAsync(default);
        await connection.SendAsync(outcome.Destination, body, StatusHeaders, transaction, withReceipt: false, default);
        await connection.AckAsync(delivery, transaction, withReceipt: false, default);
        CrashPoint.Reach("sent");
        var committing = transaction.CommitAsync(default);
        CrashPoint.Reach("committing");
        await committing;
        CrashPoint.Reach("committed");
    }

    private void OnConfirmed(Job job, Confirmation confirmation)
    {
        if (!confirmation.Done.IsCompletedSuccessfully)
        {
            job.Confirmation = null;
            job.Telling.Failed();
            Log.ConfirmFailed(job, Reason(confirmation.Done));
            return;
        }

        if (confirmation.Tells)
        {
            // Until it is noted, the message is kept: better told twice than never.
            if (!Durably(() => JobStore.SaveOutcome(job, job.Outcome! with { Published = true }, null)))
            {
                return;
            }

            _queue.Release(job.Id);
        }

        job.Confirmation = null;
        job.Telling.Reset();
        if (!confirmation.Acknowledges)
        {
            Move(job, JobEvent.Told);
            return;
        }

        CrashPoint.Reach("acknowledged");
        Finish(job);
    }

    private void Finish(Job job)
    {
        job.Delivery = null;
        job.SettledAt = clock.GetTimestamp();
        Move(job, JobEvent.Acknowledged);
        _last = job.Record;
        if (!job.IsCounted)
        {
            metrics.RunFinished(job.Record);
            job.IsCounted = true;
        }

        Log.JobFinished(job);
        if (job.Record.Result == JobResult.Error)
        {
            _kept.LookSoon();
        }
    }
}

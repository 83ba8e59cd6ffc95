using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>What a job came to: written down, told, and its message acknowledged. Each only when the one before is certain.</summary>
internal sealed partial class Supervisor
{
    private void ReportDeath(Job job, string how)
    {
        Log.JobDied(job, how);
        var (outcome, terminal) = DeathReport.Of(job, how, _settings);
        JobStore.SaveOutcome(job, outcome, terminal);
        LeftDirectory.Remove(job, _settings);
        Report(job);
    }

    private void ReportCancelled(Job job)
    {
        Log.JobCancelled(job);
        JobStore.Begin(job);
        var (outcome, terminal) = DeathReport.OfCancelled(job, _settings);
        JobStore.SaveOutcome(job, outcome, terminal);
        LeftDirectory.Remove(job, _settings);
        Report(job);
    }

    // The outcome is on disk: now the broker must have it.
    private void Report(Job job)
    {
        var outcome = job.Outcome!;
        Move(job, job.Record with
        {
            State = outcome.Published ? JobState.Acknowledging : JobState.Reporting,
            Result = outcome.Result,
            Message = outcome.Message,
            ResultDirectories = outcome.ResultDirectories,
        });
        if (outcome.Published)
        {
            _queue.Release(job.Id);
        }

        Confirm(job);
    }

    private void Confirm(Job job)
    {
        if (job.IsConfirming || _connection is not { } connection || job.Outcome is not { } outcome
            || job.Record.State is not (JobState.Reporting or JobState.Acknowledging)
            || (outcome.Published && job.Delivery is null))
        {
            return;
        }

        job.IsConfirming = true;
        var (delivery, epoch) = (job.Delivery, _epoch);
        Beside(async () =>
        {
            Exception? failure = null;
            try
            {
                await SettleAsync(connection, job, outcome, delivery);
            }
            catch (Exception e) when (e is StompException or OperationCanceledException or IOException)
            {
                failure = e;
            }

            events.Writer.TryWrite(new DaemonEvent.JobConfirmed(job.Id, epoch, delivery is not null, failure));
        });
    }

    private static async Task SettleAsync(StompConnection connection, Job job, JobOutcome outcome, StompMessage? delivery)
    {
        if (outcome.Published)
        {
            await connection.AckAsync(delivery!, null, withReceipt: true, default);
            return;
        }

        var body = await File.ReadAllBytesAsync(job.Files.Terminal);
        if (delivery is null)
        {
            await connection.SendAsync(outcome.Destination, body, StatusHeaders, null, withReceipt: true, default);
            return;
        }

        // Both or neither, whenever the connection breaks.
        var transaction = await connection.BeginAsync(default);
        await connection.SendAsync(outcome.Destination, body, StatusHeaders, transaction, withReceipt: false, default);
        await connection.AckAsync(delivery, transaction, withReceipt: false, default);
        await transaction.CommitAsync(default);
    }

    private void OnConfirmed(Job job, DaemonEvent.JobConfirmed confirmed)
    {
        job.IsConfirming = false;
        if (confirmed.Failure is { } failure)
        {
            Log.ConfirmFailed(job, failure);
            return;
        }

        if (!job.Outcome!.Published)
        {
            JobStore.SaveOutcome(job, job.Outcome with { Published = true }, null);
            _queue.Release(job.Id);
        }

        if (!confirmed.Acknowledged)
        {
            Move(job, job.Record with { State = JobState.Acknowledging });
            return;
        }

        job.Delivery = null;
        Move(job, job.Record with { State = JobState.Finished });
        _last = job.Record;
        Log.JobFinished(job);
    }
}

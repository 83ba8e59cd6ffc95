using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>Runs that are called off.</summary>
internal sealed partial class Supervisor
{
    // What post-process-admin needs to clean up after the grace that it gives its script.
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(5);

    private void OnCancel(StompMessage message, RunRequest cancel)
    {
        var known = CancelKnown(cancel);

        // Durable before its message is acknowledged; while it can't be, the message stays.
        Settle(new Settlement(message, "acknowledging a cancel", Telling()) { Prepare = known.Count > 0 ? null : () => Remember(cancel) });
    }

    /// <summary>Cancels the runs that a cancel means; where none is known, remembers it for when it arrives.</summary>
    private CancelAnswer CancelRun(RunRequest cancel)
    {
        var known = CancelKnown(cancel);
        if (known.Count == 0)
        {
            Remember(cancel);
        }

        return new CancelAnswer { Cancelled = [.. known.Where(job => job.IsCancelled).Select(job => job.Id)], Remembered = known.Count == 0 };
    }

    private CancelAnswer? CancelJob(string id)
    {
        if (Find(id) is not { } job)
        {
            return null;
        }

        Cancel(job);
        return new CancelAnswer { Cancelled = job.IsCancelled ? [id] : [], Remembered = false };
    }

    // Also those that have ended: a cancel that comes too late must not hit a later request for the same run.
    private List<Job> CancelKnown(RunRequest cancel)
    {
        var known = Find(cancel);
        known.ForEach(Cancel);
        return known;
    }

    private void Remember(RunRequest cancel)
    {
        _cancels.Remember(cancel);
        Log.CancelRemembered(cancel.ToString());
    }

    private void Cancel(Job job)
    {
        if (job.IsCancelled || job.Outcome is not null)
        {
            return;
        }

        job.IsCancelled = true;
        _queue.Remove(job.Id);
        if (job.State is JobState.Starting or JobState.Running)
        {
            Guarded($"interrupting {job}", () => AskToEnd(job, _settings.Daemon.KillGrace + CleanUpTime));
        }

        Advance(job);
    }

    private void ConcludeCancelled(Job job)
    {
        if (Durably(() =>
            {
                JobStore.Begin(job);
                var (outcome, terminal) = DeathReport.OfCancelled(job, _settings);
                JobStore.SaveOutcome(job, outcome, terminal);
            }))
        {
            Log.JobCancelled(job);
            LeftDirectory.Remove(job, _settings);
            Report(job, job.Outcome!);
        }
    }
}

using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>A job's life from its start until nothing of it is left; .Reports is what follows.</summary>
internal sealed partial class Supervisor
{
    // Its post-process-admin ended. While that is an unreaped zombie its pid, which is the session's number, isn't given again.
    private void BeginEnding(Job job)
    {
        if (job.Ending is not null || job.State == JobState.Ending)
        {
            return;
        }

        CrashPoint.Reach("ended");
        Move(job, JobEvent.Ended, record => record with { Ended = clock.GetLocalNow() });
        Mutant.Do("slot-freed-early", () => _queue.Release(job.Id));
        job.KillAt = null;
        job.Ending = _remains.EndAsync(job.Processes, _settings.Daemon.KillGrace);
        _ = RingAsync(job.Id, job.Ending);
    }

    private async Task RingAsync(string jobId, Task done)
    {
        await Task.WhenAny(done);
        events.Writer.TryWrite(new DaemonEvent.JobProgressed(jobId));
    }

    // Does what is due for a job. Called when something happened to it, and at every tick: what fails is tried again.
    private void Advance(Job job)
    {
        if (job.Ending is { IsCompleted: true })
        {
            OnGone(job);
        }

        if (job.Attempt is { } attempt)
        {
            Conclude(job, attempt);
        }

        if (job.IsCancelled && job.State is JobState.Waiting or JobState.Retrying)
        {
            ConcludeCancelled(job);
        }

        if (job.Confirmation is { Done.IsCompleted: true } confirmation)
        {
            OnConfirmed(job, confirmation);
        }

        Tell(job);
    }

    // Nothing of the attempt is left.
    private void OnGone(Job job)
    {
        AttemptEnd end = new(job.Child is { } child ? reaper.Reap(child.Pid) : null);
        if (job.Child is not null)
        {
            _children.Remove(job.Child.Pid);
        }

        _standbyIsDue = true;
        job.Lock?.Dispose();
        job.Child?.Dispose();
        (job.Lock, job.Child, job.Ending, job.Unkillable, job.Attempt) = (null, null, null, null, end);
        if (end.Status is { } reaped)
        {
            metrics.ChildReaped(reaped);
        }

        Log.JobEnded(job, $"post-process-admin {end.Status?.ToString() ?? "has ended"}");
    }

    private void Conclude(Job job, AttemptEnd end)
    {
        var outcome = job.Outcome;
        if (outcome is null && !Durably(() => outcome = JobStore.TryReadOutcome(job.Files)))
        {
            return;
        }

        if (outcome is not null)
        {
            if (end.Status is not { Exited: true })
            {
                LeftDirectory.Remove(job, _settings);
            }

            Report(job, outcome);
            return;
        }

        if (job.IsCancelled)
        {
            ConcludeCancelled(job);
            return;
        }

        switch (end.Status)
        {
            case not null when !job.WasReleased:
                // Its record could not be written: nothing has begun, however it ended behind the gate.
                TryAgain(job, "was not released", counts: false);
                break;
            case null:
                TryAgain(job, job.WasInterrupted ? "was interrupted by a stop" : "was lost when the daemon or the machine went down", !job.WasInterrupted);
                break;
            case var _ when job.WasInterrupted:
                TryAgain(job, "was interrupted by a stop", counts: false);
                break;
            case { Exited: true, ExitCode: ExitCodes.TryAgain or ExitCodes.GateClosed } status:
                TryAgain(job, $"post-process-admin {status}: {JobStore.TryReadTrouble(job.Files) ?? "no outcome"}", counts: true);
                break;
            case var status:
                ReportDeath(job, status.ToString()!);
                break;
        }
    }

    private void TryAgain(Job job, string why, bool counts)
    {
        if (counts && job.Record.Attempt >= _settings.Daemon.MaxAttempts)
        {
            ReportDeath(job, $"{why}; given up after {job.Record.Attempt} attempts");
            return;
        }

        LeftDirectory.Remove(job, _settings);
        var delay = _settings.Daemon.RetryDelay * Math.Pow(2, Math.Clamp(job.Record.Attempt - 1, 0, 20));
        Move(job, JobEvent.AttemptFailed, record => record with { Attempt = counts ? record.Attempt : Math.Max(0, record.Attempt - 1), Message = why });
        job.Attempt = null;
        if (IsStopping)
        {
            Log.JobLeft(job, why);
        }
        else
        {
            Log.JobRetries(job, why, delay);
        }

        HoldBack(job, delay);
    }

    private void Adopt(Job job)
    {
        job.SettledAt = clock.GetTimestamp();
        if (JobLife.IsAlive(job.State))
        {
            Move(job, JobEvent.Adopted);
            _queue.Adopt(job.Queued);
            if (IsLeaderAlive(job))
            {
                Log.JobAdopted(job);
            }
            else
            {
                BeginEnding(job);
            }
        }
        else if (job.State == JobState.Reporting && job.Outcome is { Published: false })
        {
            _queue.Block(job.Id, job.Record.RbNumber);
        }
    }

    // Of a job that an earlier daemon started.
    private static bool IsLeaderAlive(Job job) => job.Processes.Leader is { } leader && leader.IsAlive();

    private static void OnUnkillable(Job job, string pids)
    {
        job.Unkillable = pids.Length > 0 ? pids : null;
        if (job.Unkillable is not null)
        {
            Log.LeftoversRemain(job, pids);
        }
    }

    // Asked to end now; ended by force when its time is over.
    private void AskToEnd(Job job, TimeSpan grace)
    {
        if (job.State is JobState.Starting or JobState.Running)
        {
            Move(job, JobEvent.StopAsked);
        }

        job.KillAt = clock.GetTimestamp() + (long)(grace.TotalSeconds * clock.TimestampFrequency);
        _remains.Interrupt(job.Processes);
    }

    private void Kill(Job job)
    {
        job.KillAt = null;
        _ = _remains.EndAsync(job.Processes, TimeSpan.Zero);
    }
}

using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>A job's life, from its start until nothing of it is left; .Reports is what follows.</summary>
internal sealed partial class Supervisor
{
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(5);

    private void StartWhatMay()
    {
        while (!IsStopping && _stateProblem is null && _queue.TryTake(out var next))
        {
            Start(_jobs[next.JobId]);
        }
    }

    private void Start(Job job)
    {
        GatePipe? gate = null;
        try
        {
            JobStore.Begin(job);
            gate = launcher.Spawn(job);
            job.WasInterrupted = false;
            var now = DateTimeOffset.Now;
            Move(job, job.Record with
            {
                State = JobState.Running,
                Attempt = job.Record.Attempt + 1,
                Pid = job.Child!.Pid,
                PidStartTime = job.Child.StartTime,
                BootId = ProcessIdentity.CurrentBootId,
                Started = now,
                Ended = null,
            });
            JobLauncher.Release(gate, job, _settings);
            Log.JobStarted(job, job.Child.Pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException)
        {
            Log.SpawnFailed(job, e);
            CheckState(e.Message);

            // A child behind the closed gate ends by itself, and comes back as an event.
            if (job.Child is null)
            {
                RetryLater(job, $"could not be started: {e.Message}");
            }
        }
        finally
        {
            gate?.Dispose();
        }
    }

    private void OnChildEnded(int pid)
    {
        if (_jobs.Values.FirstOrDefault(job => job.Child?.Pid == pid) is not { IsEnding: false } job)
        {
            return;
        }

        job.IsEnding = true;
        job.Record = job.Record with { State = JobState.Ending, Ended = DateTimeOffset.Now };
        var grace = _settings.Daemon.KillGrace;
        Beside(async () =>
        {
            try
            {
                // While the leader is an unreaped zombie its pid, which is the session's number, can't be given again.
                var survivors = await JobRemains.EndAsync(job, grace);
                if (survivors.Count > 0)
                {
                    Log.LeftoversRemain(job, string.Join(", ", survivors));
                }
            }
            finally
            {
                events.Writer.TryWrite(new DaemonEvent.JobGone(job.Id, reaper.Reap(pid)));
            }
        });
    }

    private void OnGone(Job job, ExitStatus? status)
    {
        job.IsEnding = false;
        job.Lock?.Dispose();
        job.Child?.Dispose();
        (job.Lock, job.Child) = (null, null);
        Log.JobEnded(job, $"post-process-admin {status?.ToString() ?? "has ended"}");
        if (JobStore.ReadOutcome(job.Files) is { } outcome)
        {
            job.Outcome = outcome;
            if (status is not { Exited: true })
            {
                LeftDirectory.Remove(job, _settings);
            }

            Report(job);
        }
        else if (job.IsCancelled)
        {
            ReportCancelled(job);
        }
        else if (job.WasInterrupted || status is null || status is { Exited: true, ExitCode: ExitCodes.TryAgain or ExitCodes.GateClosed })
        {
            RetryLater(job, job.WasInterrupted ? "was interrupted by a stop" : $"post-process-admin {status?.ToString() ?? "ended unseen"} without an outcome");
        }
        else
        {
            ReportDeath(job, status.Value.ToString());
        }
    }

    private void RetryLater(Job job, string why)
    {
        if (!job.WasInterrupted && job.Record.Attempt >= _settings.Daemon.MaxAttempts)
        {
            ReportDeath(job, $"{why}; given up after {job.Record.Attempt} attempts");
            return;
        }

        var delay = _settings.Daemon.RetryDelay * Math.Pow(2, Math.Max(0, job.Record.Attempt - 1));
        job.RetryAt = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
        Move(job, job.Record with
        {
            State = JobState.Retrying,
            Attempt = job.WasInterrupted ? Math.Max(0, job.Record.Attempt - 1) : job.Record.Attempt,
            Message = why,
        });
        if (job.Delivery is null)
        {
            // Without its message the job must not hold its experiment back: the broker sends it again, in order.
            _queue.Release(job.Id);
            return;
        }

        _queue.Pause(job.Id);
        Log.JobRetries(job, why, delay);
    }

    private void CheckState(string suspicion)
    {
        _stateProblem = suspicion;
        CheckState();
        if (_stateProblem is { } problem)
        {
            Log.StateUnwritable(problem);
        }
    }

    private void Retry(Job job)
    {
        if (IsStopping || job.Delivery is null)
        {
            return;
        }

        if (!_queue.Holds(job.Id))
        {
            // Its message came again, in its order: it waits for its turn like any other.
            Move(job, job.Record with { State = JobState.Waiting });
            _queue.Add(job.Queued);
        }
        else if (_queue.TryResume(job.Id))
        {
            Start(job);
        }
    }

    private void Adopt(Job job)
    {
        if (IsAlive(job.Record.State) && JobRemains.Any(job))
        {
            _queue.Adopt(job.Queued);
            Move(job, job.Record with { State = JobState.Running });
            Log.JobAdopted(job);
        }
        else if (job.Outcome is not null)
        {
            Report(job);
        }
        else
        {
            RetryLater(job, "was lost when the daemon or the machine went down");
        }
    }

    /// <summary>Cancels the runs that a cancel means; where none is here, remembers it for when it arrives.</summary>
    private CancelAnswer CancelRun(RunRequest cancel)
    {
        var matches = _jobs.Values.Where(job => CancelNotes.Matches(cancel, job.Record)).ToList();
        matches.ForEach(Cancel);
        if (matches.Count == 0)
        {
            _cancels.Remember(cancel);
            Log.CancelRemembered(cancel.ToString());
        }

        return new CancelAnswer { Cancelled = [.. matches.Select(job => job.Id)], Remembered = matches.Count == 0 };
    }

    private CancelAnswer? CancelJob(string id)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return null;
        }

        var ended = job.Record.State is JobState.Reporting or JobState.Acknowledging or JobState.Finished;
        if (!ended)
        {
            Cancel(job);
        }

        return new CancelAnswer { Cancelled = ended ? [] : [id], Remembered = false };
    }

    private void Cancel(Job job)
    {
        if (job.IsCancelled)
        {
            return;
        }

        job.IsCancelled = true;
        if (IsAlive(job.Record.State))
        {
            var grace = _settings.Daemon.KillGrace + CleanUpTime;
            job.Record = job.Record with { State = JobState.Stopping };
            Beside(() => JobRemains.EndAsync(job, grace));
        }
        else if (job.Outcome is null)
        {
            _queue.Remove(job.Id);
            ReportCancelled(job);
        }
    }

    private static void Move(Job job, JobRecord changed)
    {
        job.Record = changed.State == job.Record.State ? changed : changed with { Since = DateTimeOffset.Now };
        if (changed.State != JobState.Waiting)
        {
            JobStore.Save(job);
        }
    }
}

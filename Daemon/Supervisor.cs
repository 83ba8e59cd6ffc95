using System.Diagnostics;
using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>
/// Owns every job and every decision about it. One loop handles one event after the other; whatever takes time runs
/// beside it and comes back as an event. So no state here is locked, and none is touched from elsewhere.
/// </summary>
/// <remarks>
/// A job's states: Waiting → Starting → Running → Ending → Reporting → Acknowledging → Finished; Running → Stopping →
/// Ending when it is stopped or cancelled; Ending → Retrying → Starting when an attempt brought no outcome.
/// This file is the loop; .Messages what arrives, .Jobs a job's life, .Reports what is told of it, .Stop how the daemon
/// ends, .Status what it tells of itself.
/// </remarks>
internal sealed partial class Supervisor(
    Settings settings, JobStore store, JobLauncher launcher, ChildReaper reaper, Channel<DaemonEvent> events, Func<Settings> readSettings)
{
    private readonly Dictionary<string, Job> _jobs = [];
    private readonly JobQueue _queue = new(settings.Daemon.EffectiveMaxJobs, settings.Daemon.MaxJobsPerInstrument);
    private readonly CancelNotes _cancels = new(settings.Daemon.StateDirectory, settings.Daemon.CancelRetention);
    private readonly HashSet<Task> _beside = [];
    private readonly DateTimeOffset _since = DateTimeOffset.Now;

    private Settings _settings = settings;
    private StompConnection? _connection;
    private int _epoch;
    private string _brokerText = "connecting";
    private string? _stateProblem;
    private JobRecord? _last;

    /// <summary>Takes over what an earlier daemon left, before the first event.</summary>
    public void Recover()
    {
        store.Create();
        foreach (var job in store.Load())
        {
            _jobs[job.Id] = job;
            if (job.Record.State != JobState.Finished)
            {
                Adopt(job);
            }
        }
    }

    /// <summary>Handles events until the daemon is to end; its exit code.</summary>
    public async Task<int> RunAsync()
    {
        while (true)
        {
            var next = await events.Reader.ReadAsync();
            try
            {
                Handle(next);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // One message or job that can't be handled must not end all others.
                Log.Unexpected(next.GetType().Name, e);
            }

            if (HasEnded)
            {
                await Task.WhenAll(_beside);
                await DisconnectAsync();
                return ExitCodes.Success;
            }
        }
    }

    private void Handle(DaemonEvent next)
    {
        switch (next)
        {
            case DaemonEvent.BrokerConnected connected:
                OnConnected(connected);
                break;
            case DaemonEvent.BrokerLost lost:
                OnLost(lost);
                break;
            case DaemonEvent.MessageArrived arrived when arrived.Epoch == _epoch:
                OnMessage(arrived.Message);
                break;
            case DaemonEvent.ChildEnded ended:
                OnChildEnded(ended.Pid);
                break;
            case DaemonEvent.JobGone gone:
                OnGone(_jobs[gone.JobId], gone.Status);
                break;
            case DaemonEvent.JobConfirmed confirmed:
                OnConfirmed(_jobs[confirmed.JobId], confirmed);
                break;
            case DaemonEvent.Tick:
                OnTick();
                break;
            case DaemonEvent.StopRequested:
                OnStop();
                break;
            case DaemonEvent.DrainRequested:
                OnDrain();
                break;
            case DaemonEvent.HandOverRequested:
                OnHandOver();
                break;
            case DaemonEvent.ReloadRequested:
                OnReload();
                break;
            case DaemonEvent.StatusAsked asked:
                asked.Answer.TrySetResult(Status());
                break;
            case DaemonEvent.JobsAsked asked:
                asked.Answer.TrySetResult(Records());
                break;
            case DaemonEvent.JobCancelAsked asked:
                Answer(asked.Answer, () => CancelJob(asked.JobId));
                break;
            case DaemonEvent.RunCancelAsked asked:
                Answer(asked.Answer, () => CancelRun(asked.Run));
                break;
        }

        StartWhatMay();
    }

    private void OnTick()
    {
        foreach (var job in _jobs.Values.Where(job => job.Child is null && !job.IsEnding && IsAlive(job.Record.State)).ToList())
        {
            if (!JobRemains.Any(job))
            {
                events.Writer.TryWrite(new DaemonEvent.JobGone(job.Id, null));
                job.IsEnding = true;
            }
        }

        foreach (var job in _jobs.Values.Where(job => job.Record.State == JobState.Retrying && Stopwatch.GetTimestamp() >= job.RetryAt).ToList())
        {
            Retry(job);
        }

        foreach (var job in _jobs.Values.Where(job => job.Record.State is JobState.Reporting or JobState.Acknowledging).ToList())
        {
            Confirm(job);
        }

        ForgetOldRecords();
        CheckState();
        CheckStopDeadlines();
    }

    private void OnReload()
    {
        try
        {
            _settings = readSettings();
            _queue.SetLimits(_settings.Daemon.EffectiveMaxJobs, _settings.Daemon.MaxJobsPerInstrument);
            NLog.LogManager.ReconfigExistingLoggers();
            Log.Reloaded();
        }
        catch (SettingsException e)
        {
            Log.ReloadFailed(e.Message);
        }
    }

    // A full disk stops new jobs, and nothing else; they go on when there is room.
    private void CheckState()
    {
        try
        {
            if (_stateProblem is not null)
            {
                store.Probe();
                _stateProblem = null;
            }
        }
        catch (IOException e)
        {
            _stateProblem = e.Message;
        }
    }

    private void ForgetOldRecords()
    {
        var limit = DateTimeOffset.Now - _settings.Daemon.RecordRetention;
        foreach (var job in _jobs.Values.Where(job => job.Record.State is JobState.Finished or JobState.Acknowledging && job.Record.Since < limit && job.Delivery is null).ToList())
        {
            JobStore.Delete(job);
            _jobs.Remove(job.Id);
        }
    }

    // Work that takes time; what it found comes back as an event. What it throws must not end the daemon when it stops.
    private void Beside(Func<Task> work)
    {
        var task = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Log.Unexpected("working beside the loop", e);
            }
        });
        _beside.Add(task);
        _beside.RemoveWhere(done => done.IsCompletedSuccessfully);
    }

    private static bool IsAlive(JobState state) =>
        state is JobState.Starting or JobState.Running or JobState.Stopping or JobState.Ending;
}

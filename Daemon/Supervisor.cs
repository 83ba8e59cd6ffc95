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
/// <see cref="JobLife"/> lists a job's states and what leads from one to the next. An event is only a bell: what happened
/// is kept in the job (its attempt ended, the broker confirmed, somebody cancelled it) until it led to the next state, and
/// every tick tries again what could not be done, as on a full disk. So no failure leaves a job stuck.
///
/// This file is the loop; .Messages what arrives, .Cancels what is called off, .Starting and .Jobs a job's life, .Reports
/// what is told of it, .Ended what is kept of those that ended, .Upkeep what is looked at every second, .Stop how the daemon
/// ends, .Status what it tells of itself.
/// </remarks>
internal sealed partial class Supervisor(
    Settings settings, JobStore store, JobLauncher launcher, Standby standby, ChildReaper reaper, JobProcessSearch search,
    Channel<DaemonEvent> events, Metrics metrics, Func<Settings> readSettings, TimeProvider clock)
{
    private readonly Dictionary<string, Job> _jobs = [];
    private readonly Dictionary<int, Job> _children = [];
    private readonly Queue<Job> _unsaved = [];
    private readonly JobQueue _queue = new(settings.Daemon.EffectiveMaxJobs, settings.Daemon.MaxJobsPerInstrument);
    private readonly JobRemains _remains = new(search, (id, pids) => events.Writer.TryWrite(new DaemonEvent.Unkillable(id, pids)));
    private readonly CancelNotes _cancels = new(settings.Daemon.StateDirectory, clock);
    private readonly SuspectMessage _suspect = new(settings.Daemon.StateDirectory);
    private readonly StateDirectory _state = new(settings.Daemon.StateDirectory, clock);
    private readonly KeptResults _kept = new(clock);
    private string? _settingsProblem;
    private readonly DateTimeOffset _since = clock.GetLocalNow();

    private Settings _settings = settings;
    private StompConnection? _connection;
    private int _epoch;
    private string _brokerText = "connecting";
    private JobRecord? _last;

    /// <summary>Takes over what an earlier daemon left, before the first event.</summary>
    public void Recover()
    {
        store.Create();
        _cancels.Load();
        _suspect.Load();
        foreach (var (record, outcome) in store.Load())
        {
            Keep(record, outcome);
            Shelve();
            CrashPoint.Reach("adopting");
        }

        CrashPoint.Reach("adopted");
    }

    /// <summary>Handles events until the daemon is to end; its exit code.</summary>
    public async Task<int> RunAsync()
    {
        while (!HasEnded)
        {
            if (events.Reader.TryRead(out var next))
            {
                Guarded(next.GetType().Name, () => Handle(next));
                StartOne();
            }
            else if (!StartOne() && !SaveOne() && !PrepareStandby())
            {
                await events.Reader.WaitToReadAsync();
            }
        }

        await LeaveAsync();
        return ExitCodes.Success;
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
            case DaemonEvent.ChildEnded ended when _children.TryGetValue(ended.Pid, out var job):
                BeginEnding(job);
                break;
            case DaemonEvent.ChildEnded ended:
                standby.OnEnded(ended.Pid);
                break;
            case DaemonEvent.JobProgressed progressed when _jobs.TryGetValue(progressed.JobId, out var job):
                Advance(job);
                break;
            case DaemonEvent.SettlementProgressed progressed when _settlements.Contains(progressed.Settlement):
                Advance(progressed.Settlement);
                break;
            case DaemonEvent.Unkillable found when _jobs.TryGetValue(found.JobId, out var job):
                OnUnkillable(job, found.Pids);
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
    }

    // One message or job that can't be handled must not end all others. Out of memory too: what is tried again at the
    // next tick may find some.
    private static void Guarded(string doing, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Log.Unexpected(doing, e);
        }
    }

    private Job NewJob(JobRecord record) => new(
        record, store.FilesOf(record.Id), new BackOff(clock, FirstPause, LongestPause), new BackOff(clock, FirstPause, LongestPause));

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PassingTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes a job to its next state, in memory. The record is written by <see cref="JobStore.Save"/> where
    /// something depends on it, and else when there is time.</summary>
    private void Move(Job job, JobEvent what, Func<JobRecord, JobRecord>? change = null)
    {
        var to = JobLife.After(job.State, what) ?? throw new InvalidOperationException($"{job}: {what} can't happen while it is {job.State}");
        var changed = change is null ? job.Record : change(job.Record);
        job.Record = changed with { State = to, Since = to == job.State ? changed.Since : clock.GetLocalNow() };
        job.MovedAt = clock.GetTimestamp();
        job.IsUnsaved = true;
        _unsaved.Enqueue(job);
    }

    // Records that nothing depends on, written while nothing else is to be done. Whether there was one.
    private bool SaveOne(bool evenPassing = false)
    {
        if (_state.Problem is not null || !_unsaved.TryPeek(out var job) || (!evenPassing && IsPassing(job)))
        {
            return false;
        }

        _unsaved.Dequeue();

        // Without a directory handling never began, or the job is forgotten: there is nothing to keep.
        if (job.IsUnsaved && Directory.Exists(job.Files.Directory) && !Durably(() => JobStore.Save(job)))
        {
            _unsaved.Enqueue(job);
        }

        return true;
    }

    // A state that is over in a moment needs no record of its own: after a crash it is found again from the one before,
    // and from the outcome. One that lasts is written at the next tick.
    private bool IsPassing(Job job) =>
        job.State is JobState.Ending or JobState.Acknowledging && clock.GetElapsedTime(job.MovedAt) < PassingTime;

    // Whether it was written. Where not, the state directory is in trouble; who depends on it comes again.
    private bool Durably(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _state.Failed(e);
            return false;
        }
    }
}

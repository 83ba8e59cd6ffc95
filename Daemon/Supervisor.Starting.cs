using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>How an attempt begins.</summary>
internal sealed partial class Supervisor
{
    // After a start that failed: what the machine lacks it may lack for the next one too.
    private readonly BackOff _starting = new(clock, FirstPause, FirstPause);
    private string? _startProblem;

    // At every tick, when a run has ended, and when there is a connection.
    private bool _standbyIsDue;

    // The next run is most probably of the same one.
    private string _lastInstrument = "";

    private bool MayStart => !IsStopping && _state.Problem is null && _starting.IsDue;

    // One at a time: while many are started, what happens to others is handled. Whether there was one.
    private bool StartOne()
    {
        if (!MayStart || !_queue.TryTake(out var next))
        {
            return false;
        }

        Guarded("starting a job", () => Start(_jobs[next.JobId]));
        return true;
    }

    // While nothing else is to be done, and not beside a run that begins, which it would slow down. Whether it was started.
    private bool PrepareStandby()
    {
        if (!_standbyIsDue)
        {
            return false;
        }

        _standbyIsDue = false;
        try
        {
            // Without a connection no run can come, and it could not make one either.
            return MayStart && _connection is not null && _settings.Daemon.KeepsStandby && standby.Prepare(ExpectedRun());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _state.Suspect(e);
            return false;
        }
    }

    // A command line may need to know the run; another user's interpreter has to be let in by the run.
    private ExpectedRun ExpectedRun() => new()
    {
        Broker = _settings.Broker,
        BrokerPassword = _settings.BrokerPassword,
        Reduction = _settings.ReductionOf(_lastInstrument) is { Python: [_], ScriptUser: "" } reduction
            ? new() { Python = reduction.Python, PythonPath = reduction.PythonPath, TemporaryDirectory = reduction.TemporaryDirectory }
            : null,
    };

    private void Start(Job job)
    {
        GatePipe? gate = null;
        try
        {
            var attempt = job.Record.Attempt + 1;
            Mutant.Change("attempts-uncounted", ref attempt, 1);
            Move(job, JobEvent.Taken, record => record with { Attempt = attempt, Pid = null, PidStartTime = null, BootId = null, Ended = null });

            // While it comes up, its record is made durable. Behind the gate it does nothing.
            gate = launcher.Spawn(job);
            _children[job.Child!.Pid] = job;
            Mutant.Do("gate-skipped", () =>
            {
                JobStore.Begin(job);
                JobLauncher.Release(gate, job, _settings);
            });
            (job.WasInterrupted, job.WasReleased) = (false, false);
            CrashPoint.Reach("spawned");
            Move(job, JobEvent.Released, record => record with
            {
                Pid = job.Child.Pid,
                PidStartTime = job.Child.StartTime,
                BootId = ProcessIdentity.CurrentBootId,
                Started = clock.GetLocalNow(),
            });
            JobStore.Begin(job);

            // The attempt counts from here, whatever becomes of the daemon.
            JobStore.Save(job);
            CrashPoint.Reach("recorded");
            job.WasReleased = true;
            JobLauncher.Release(gate, job, _settings);
            _lastInstrument = job.Record.Instrument;
            CrashPoint.Reach("released");
            metrics.RunStarted(job.Record);
            Log.JobStarted(job);
            job.Starting.Reset();
            _starting.Reset();
            _startProblem = null;
        }
        catch (Exception e)
        {
            OnStartFailed(job, e);
        }
        finally
        {
            gate?.Dispose();
        }
    }

    // A run is not to blame that the machine has no room for a process or a file: nothing is counted, and it is tried
    // again for ever, each time later. A child behind the closed gate ends by itself, and is tried again too.
    private void OnStartFailed(Job job, Exception failure)
    {
        Log.SpawnFailed(job, failure);
        _startProblem = $"{job} could not be started: {failure.Message}";
        _starting.Failed();
        job.Starting.Failed();
        if (failure is IOException or UnauthorizedAccessException)
        {
            _state.Suspect(failure);
        }

        if (job.Child is null)
        {
            Move(job, JobEvent.NotStarted, record => record with { Attempt = record.Attempt - 1, Message = $"could not be started: {failure.Message}" });
            HoldBack(job, job.Starting.Delay);
        }
    }

    // It waits for its next attempt, and its experiment with it, in its old place.
    private void HoldBack(Job job, TimeSpan delay)
    {
        job.RetryAt = clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency);
        _queue.Add(job.Queued, held: true);
    }
}

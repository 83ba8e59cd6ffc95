using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// How the daemon ends. Stop: start nothing new, let jobs run for a while, interrupt them (TERM, CONT), end them (KILL),
/// say DISCONNECT. A second SIGTERM goes to the next step at once. Drain: let jobs run without limit. Hand-over: leave
/// running jobs alone.
/// </summary>
internal sealed partial class Supervisor
{
    private static readonly TimeSpan ConfirmTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(15);

    private enum StopStep
    {
        None,
        Waiting,
        Interrupting,
        Killing,
        Draining,
        HandingOver,
    }

    private volatile StopStep _stop;
    private long _stepBegan;
    private long _busyAt;

    private bool IsStopping => _stop != StopStep.None;

    private bool HasEnded => _stop switch
    {
        StopStep.None => false,
        StopStep.HandingOver => IsQuiet(job => job.Ending is not null || job.Attempt is not null),
        StopStep.Killing when StepAge > KillTime => true,
        _ => IsQuiet(job => JobLife.IsAlive(job.State)),
    };

    // Nothing is being done any more, or only the broker's word is missing, and has been for too long.
    private bool IsQuiet(Func<Job, bool> isBusy)
    {
        if (standby.Exists || _jobs.Values.Any(isBusy))
        {
            _busyAt = clock.GetTimestamp();
            return _stop == StopStep.HandingOver && StepAge > ConfirmTime;
        }

        return clock.GetElapsedTime(_busyAt) > ConfirmTime
            || (!_jobs.Values.Any(job => job.Confirmation is not null) && _settlements.All(settlement => settlement.Done is null));
    }

    private TimeSpan StepAge => clock.GetElapsedTime(_stepBegan);

    private int AliveCount => _jobs.Values.Count(job => JobLife.IsAlive(job.State));

    private void OnStop()
    {
        if (_stop is StopStep.Killing)
        {
            return;
        }

        NextStep();
    }

    private void OnDrain()
    {
        if (_stop == StopStep.None)
        {
            Log.Draining(AliveCount);
            Mutant.Do("unsubscribed-on-drain", () => _ = _connection?.UnsubscribeAsync(BrokerLink.SubscriptionId, default));
            Begin(StopStep.Draining);
        }
    }

    private void OnHandOver()
    {
        // Who was told to stop must not leave jobs running.
        if (_stop is StopStep.None or StopStep.Draining)
        {
            Log.HandingOver(AliveCount);
            Begin(StopStep.HandingOver);
        }
    }

    private void Begin(StopStep step)
    {
        (_stop, _stepBegan, _busyAt) = (step, clock.GetTimestamp(), clock.GetTimestamp());
        standby.Dismiss();
    }

    private void CheckStopDeadlines()
    {
        var limit = _stop switch
        {
            StopStep.Waiting => _settings.Daemon.StopTimeout,
            StopStep.Interrupting => _settings.Daemon.KillGrace + CleanUpTime,
            _ => Timeout.InfiniteTimeSpan,
        };
        if (limit >= TimeSpan.Zero && StepAge >= limit)
        {
            NextStep();
        }
    }

    private void NextStep()
    {
        var alive = _jobs.Values.Where(job => JobLife.IsAlive(job.State)).ToList();
        switch (_stop)
        {
            case StopStep.None or StopStep.Draining or StopStep.HandingOver:
                Begin(StopStep.Waiting);
                Log.Stopping(alive.Count, _settings.Daemon.StopTimeout);
                break;
            case StopStep.Waiting:
                Begin(StopStep.Interrupting);
                Log.InterruptingJobs(alive.Count);
                foreach (var job in alive)
                {
                    job.WasInterrupted = true;
                    Guarded($"interrupting {job}", () => AskToEnd(job, _settings.Daemon.KillGrace + CleanUpTime));
                }

                break;
            default:
                Begin(StopStep.Killing);
                Log.KillingJobs(alive.Count);
                foreach (var job in alive)
                {
                    Kill(job);
                }

                break;
        }
    }

    // What can be written, is; then the broker may give the messages that are left to others.
    private async Task LeaveAsync()
    {
        while (SaveOne(evenPassing: true))
        {
        }

        if (_connection is not { } connection)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(ConfirmTime);
            await connection.DisconnectAsync(limit.Token);
        }
        catch (Exception e)
        {
            // The broker sees that we are gone in any case.
            Log.Disconnected($"while disconnecting: {e.Message}");
        }

        await connection.DisposeAsync();
    }
}

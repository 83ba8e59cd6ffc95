using System.Diagnostics;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>
/// How the daemon ends. Stop: start nothing new, let jobs run for a while, interrupt them (TERM, CONT), end them (KILL),
/// say DISCONNECT. A second SIGTERM goes to the next step at once. Drain: let jobs run without limit. Hand-over: leave
/// running jobs alone.
/// </summary>
internal sealed partial class Supervisor
{
    private static readonly TimeSpan ConfirmTime = TimeSpan.FromSeconds(10);

    private enum StopStep
    {
        None,
        Waiting,
        Interrupting,
        Killing,
        Draining,
        HandingOver,
    }

    private StopStep _stop;
    private long _stepBegan;

    private bool IsStopping => _stop != StopStep.None;

    private bool HasEnded => _stop switch
    {
        StopStep.None => false,
        StopStep.HandingOver => StepAge > ConfirmTime || !_jobs.Values.Any(job => job.IsConfirming || job.IsEnding),
        _ => AliveCount == 0 && (StepAge > ConfirmTime || !_jobs.Values.Any(job => job.IsConfirming)),
    };

    private TimeSpan StepAge => Stopwatch.GetElapsedTime(_stepBegan);

    private int AliveCount => _jobs.Values.Count(job => job.IsEnding || IsAlive(job.Record.State));

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
            (_stop, _stepBegan) = (StopStep.Draining, Stopwatch.GetTimestamp());
        }
    }

    private void OnHandOver()
    {
        Log.HandingOver(AliveCount);
        (_stop, _stepBegan) = (StopStep.HandingOver, Stopwatch.GetTimestamp());
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
        _stepBegan = Stopwatch.GetTimestamp();
        var alive = _jobs.Values.Where(job => IsAlive(job.Record.State)).ToList();
        switch (_stop)
        {
            case StopStep.None or StopStep.Draining or StopStep.HandingOver:
                _stop = StopStep.Waiting;
                Log.Stopping(alive.Count, _settings.Daemon.StopTimeout);
                break;
            case StopStep.Waiting:
                _stop = StopStep.Interrupting;
                Log.InterruptingJobs(alive.Count);
                foreach (var job in alive)
                {
                    job.WasInterrupted = true;
                    JobRemains.Interrupt(job);
                }

                break;
            default:
                _stop = StopStep.Killing;
                Log.KillingJobs(alive.Count);
                foreach (var job in alive)
                {
                    Beside(() => JobRemains.EndAsync(job, TimeSpan.Zero));
                }

                break;
        }
    }

    private async Task DisconnectAsync()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(ConfirmTime);
            await connection.DisconnectAsync(limit.Token);
        }
        catch (Exception e) when (e is StompException or OperationCanceledException)
        {
            Log.Disconnected($"while disconnecting: {e.Message}");
        }

        await connection.DisposeAsync();
    }
}

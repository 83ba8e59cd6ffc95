using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>What the daemon tells of itself.</summary>
internal sealed partial class Supervisor
{
    /// <summary>Whether it ends, or ended, for another daemon to go on.</summary>
    public bool HandsOver => _stop == StopStep.HandingOver;

    /// <summary>Whether it ends for good and starts nothing more; a drain may still take for ever. For any thread.</summary>
    public bool Stops => _stop is StopStep.Waiting or StopStep.Interrupting or StopStep.Killing;

    private DaemonStatus Status() => new()
    {
        Pid = Environment.ProcessId,
        Version = Program.Version,
        Host = Environment.MachineName,
        Since = _since,
        State = IsStopping ? "stopping" : "running",
        Supervised = ServiceManager.StartsNext(SettingsEnvironment.Current),
        Connected = _connection is not null,
        Broker = _brokerText,
        Running = AliveCount,
        Waiting = _queue.Waiting.Count,
        OldestWaiting = Oldest(job => job.Record.State == JobState.Waiting, record => record.Received),
        OldestRunning = Oldest(job => JobLife.IsAlive(job.State), record => record.Started),
        MaxJobs = _queue.MaxJobs,
        Last = _last,
        Problems = [.. Problems()],
    };

    private IEnumerable<string> Problems()
    {
        if (LogSetup.Problem is { } log)
        {
            yield return $"the log can't be written: {log}";
        }

        if (_state.Problem is { } state)
        {
            yield return $"state directory can't be written, nothing is started: {state}";
        }

        if (_startProblem is { } start)
        {
            yield return $"{start}; tried again";
        }

        if (_settingsProblem is { } settings)
        {
            yield return $"the settings file has errors, and the next start will fail; those of before hold: {settings}";
        }

        if (BlockingExperiment() is { } blocking)
        {
            yield return blocking;
        }

        if (_kept.Notes is [var note, .. var more])
        {
            var others = more.Length > 0 ? $", and {more.Length} more" : "";
            yield return $"results that could not be stored are kept, see {note}{others}; copy them by hand, then remove the directory";
        }

        foreach (var job in _jobs.Values)
        {
            if (job.Unkillable is { } pids)
            {
                yield return $"{job}: processes {pids} can't be ended, its slot and experiment stay taken; look at them with ps";
            }

            if (job.State is JobState.Running or JobState.Retrying && JobStore.TryReadTrouble(job.Files) is { } trouble)
            {
                yield return $"{job}: {trouble}";
            }

            if (job.State == JobState.Reporting && job.Delivery is null)
            {
                yield return $"{job}: outcome not published yet";
            }
        }
    }

    // Nothing more comes from the broker until something is acknowledged, and what is here waits for its own experiment.
    private string? BlockingExperiment()
    {
        var held = _jobs.Values.Count(job => job.Delivery is not null) + _settlements.Count;
        if (held < BrokerLink.PrefetchOf(_settings) || _queue.Running >= _queue.MaxJobs || _queue.Waiting.Count == 0)
        {
            return null;
        }

        var most = _queue.Waiting.GroupBy(run => run.RbNumber).MaxBy(runs => runs.Count())!;
        return $"the look-ahead of {held} messages is full, {most.Count()} of them are runs of RB {most.Key} that wait for each other; "
            + "other experiments' runs may wait behind them at the broker. Raise broker.prefetch if that happens often";
    }

    private IReadOnlyList<JobRecord> Records() => [.. _jobs.Values.Select(job => job.Record).OrderBy(record => record.Received)];

    private DateTimeOffset? Oldest(Func<Job, bool> which, Func<JobRecord, DateTimeOffset?> time) =>
        _jobs.Values.Where(which).Min(job => time(job.Record));

    // Whoever asked hears of a failure too.
    private static void Answer<T>(TaskCompletionSource<T> answer, Func<T> work)
    {
        try
        {
            answer.TrySetResult(work());
        }
        catch (Exception e)
        {
            answer.TrySetException(e);
            throw;
        }
    }
}

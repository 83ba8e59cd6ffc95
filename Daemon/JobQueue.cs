namespace Autoreduction.Daemon;

/// <summary>
/// Decides which run is started next: one at a time of an experiment, in order of arrival; between experiments by
/// priority, then arrival; within the limits. Knows no clock, process or broker.
/// </summary>
internal sealed class JobQueue(int maxJobs, int maxJobsPerInstrument)
{
    private readonly List<QueuedRun> _waiting = [];
    private readonly Dictionary<string, QueuedRun> _running = [];

    // Runs whose experiment must wait for them although they use no processor: between two attempts.
    private readonly HashSet<string> _idle = [];

    /// <summary>How many jobs may run at once.</summary>
    public int MaxJobs { get; private set; } = maxJobs;

    /// <summary>How many jobs of one instrument may run at once; 0: no limit.</summary>
    public int MaxJobsPerInstrument { get; private set; } = maxJobsPerInstrument;

    /// <summary>Runs that wait, in order of arrival.</summary>
    public IReadOnlyList<QueuedRun> Waiting => _waiting;

    /// <summary>How many jobs use a slot.</summary>
    public int Running => _running.Count - _idle.Count;

    /// <summary>Changes the limits; jobs that run already go on.</summary>
    public void SetLimits(int maxJobs, int maxJobsPerInstrument)
    {
        MaxJobs = maxJobs;
        MaxJobsPerInstrument = maxJobsPerInstrument;
    }

    /// <summary>Adds a run behind those that wait.</summary>
    public void Add(QueuedRun run) => _waiting.Add(run);

    /// <summary>Takes a run that waits out of the queue; false where it doesn't wait.</summary>
    public bool Remove(string jobId) => _waiting.RemoveAll(run => run.JobId == jobId) > 0;

    /// <summary>Counts a run that is running already, as after a restart of the daemon.</summary>
    public void Adopt(QueuedRun run) => _running[run.JobId] = run;

    /// <summary>The run to start now, which counts as running from here on; false where none may start.</summary>
    public bool TryTake(out QueuedRun next)
    {
        next = default;
        if (Running >= MaxJobs)
        {
            return false;
        }

        // MaxBy keeps the first of equals: arrival decides between equal priorities.
        var ready = Heads().Where(MayStart).ToList();
        if (ready.Count == 0)
        {
            return false;
        }

        next = ready.MaxBy(run => run.Priority);
        Remove(next.JobId);
        _running[next.JobId] = next;
        return true;
    }

    /// <summary>Whether a run holds its experiment: it runs, or is between two attempts.</summary>
    public bool Holds(string jobId) => _running.ContainsKey(jobId);

    /// <summary>Frees the slot of a run between two attempts; its experiment still waits for it.</summary>
    public void Pause(string jobId) => _idle.Add(jobId);

    /// <summary>Takes the slot again for the next attempt; false where none is free yet.</summary>
    public bool TryResume(string jobId)
    {
        if (Running >= MaxJobs)
        {
            return false;
        }

        _idle.Remove(jobId);
        return true;
    }

    /// <summary>Frees slot and experiment of a run.</summary>
    public void Release(string jobId)
    {
        _running.Remove(jobId);
        _idle.Remove(jobId);
    }

    // The first waiting run of each experiment that has none running.
    private IEnumerable<QueuedRun> Heads()
    {
        var seen = _running.Values.Select(run => run.RbNumber).ToHashSet();
        return _waiting.Where(run => seen.Add(run.RbNumber));
    }

    private bool MayStart(QueuedRun run) =>
        MaxJobsPerInstrument == 0
        || _running.Values.Count(other => other.Instrument == run.Instrument && !_idle.Contains(other.JobId)) < MaxJobsPerInstrument;
}

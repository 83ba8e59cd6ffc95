using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// Decides which run is started next: one at a time of an experiment, in order of arrival; between experiments by
/// priority, then arrival; within the limits. Knows no clock, process or broker.
/// </summary>
internal sealed class JobQueue(int maxJobs, int maxJobsPerInstrument)
{
    // In order of arrival.
    private readonly List<QueuedRun> _waiting = [];

    // Of those that wait: not to be started before Ready. Their experiments wait with them.
    private readonly HashSet<string> _held = [];
    private readonly Dictionary<string, QueuedRun> _running = [];

    // Experiments whose last run has ended and is not told yet, by that run.
    private readonly Dictionary<string, long> _blocking = [];

    /// <summary>How many jobs may run at once.</summary>
    public int MaxJobs { get; private set; } = maxJobs;

    /// <summary>How many jobs of one instrument may run at once; 0: no limit.</summary>
    public int MaxJobsPerInstrument { get; private set; } = maxJobsPerInstrument;

    /// <summary>Runs that wait, in order of arrival; also those between two attempts.</summary>
    public IReadOnlyList<QueuedRun> Waiting => _waiting;

    /// <summary>How many jobs use a slot.</summary>
    public int Running => _running.Count;

    /// <summary>Changes the limits; jobs that run already go on.</summary>
    public void SetLimits(int maxJobs, int maxJobsPerInstrument)
    {
        MaxJobs = maxJobs;
        MaxJobsPerInstrument = maxJobsPerInstrument;
    }

    /// <summary>Adds a run in the order of its arrival. A run that is held keeps its experiment's later ones back.</summary>
    public void Add(QueuedRun run, bool held = false)
    {
        Release(run.JobId);
        var place = _waiting.FindIndex(other => other.Arrival > run.Arrival);
        Mutant.Change("last-first", ref place, 0);
        _waiting.Insert(place < 0 ? _waiting.Count : place, run);
        if (held)
        {
            _held.Add(run.JobId);
        }
    }

    /// <summary>A run that waits keeps its place, and is not to be started before it is added again.</summary>
    public void Hold(string jobId)
    {
        if (_waiting.Exists(run => run.JobId == jobId))
        {
            _held.Add(jobId);
        }
    }

    /// <summary>A run that was held may start.</summary>
    public void Ready(string jobId) => _held.Remove(jobId);

    /// <summary>Takes a run that waits out of the queue; false where it doesn't wait.</summary>
    public bool Remove(string jobId)
    {
        _held.Remove(jobId);
        return _waiting.RemoveAll(run => run.JobId == jobId) > 0;
    }

    /// <summary>Counts a run that is running already, as after a restart of the daemon.</summary>
    public void Adopt(QueuedRun run) => _running[run.JobId] = run;

    /// <summary>Frees a run's slot; its experiment still waits for it.</summary>
    public void Block(string jobId, long rbNumber)
    {
        Release(jobId);
        _blocking[jobId] = rbNumber;
    }

    /// <summary>The run to start now, which counts as running from here on; false where none may start.</summary>
    public bool TryTake(out QueuedRun next)
    {
        next = default;
        if (Running >= MaxJobs || _waiting.Count == 0)
        {
            return false;
        }

        var ready = Heads().Where(MayStart).ToList();
        if (ready.Count == 0)
        {
            return false;
        }

        // MaxBy keeps the first of equals: arrival decides between equal priorities.
        next = ready.MaxBy(run => run.Priority);
        Remove(next.JobId);
        _running[next.JobId] = next;
        return true;
    }

    /// <summary>Frees slot and experiment of a run, and its place where it waits.</summary>
    public void Release(string jobId)
    {
        _running.Remove(jobId);
        _blocking.Remove(jobId);
        Remove(jobId);
    }

    // The first waiting run of each experiment that nothing else holds.
    private IEnumerable<QueuedRun> Heads()
    {
        var seen = _running.Values.Select(run => run.RbNumber).Concat(_blocking.Values).ToHashSet();
        Mutant.Change("experiments-mixed", ref seen, []);
        return _waiting.Where(run => seen.Add(run.RbNumber));
    }

    private bool MayStart(QueuedRun run) =>
        !_held.Contains(run.JobId)
        && (MaxJobsPerInstrument == 0 || _running.Values.Count(other => other.Instrument == run.Instrument) < MaxJobsPerInstrument);
}

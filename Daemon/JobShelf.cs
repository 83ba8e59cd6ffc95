using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>
/// Jobs that ended some time ago: in memory no more than their names, so that a daemon doesn't grow by what it has done.
/// Their records are on disk, where a message that comes again finds them.
/// </summary>
internal sealed class JobShelf(JobStore store, TimeProvider clock)
{
    // A removal takes a few file operations, and the loop has other things to do.
    private const int RemovedAtOnce = 100;

    // In the order in which they came, with when each had ended.
    private readonly OrderedDictionary<string, long> _names = [];

    /// <summary>Puts a job here that has ended and whose record is on disk.</summary>
    public void Put(Job job)
    {
        _names.Remove(job.Id);
        _names.Add(job.Id, job.SettledAt);
    }

    /// <summary>Takes a job back; null where it isn't here, or its record can no longer be understood.</summary>
    /// <exception cref="IOException">It is here, and can't be read now.</exception>
    public (JobRecord Record, JobOutcome? Outcome)? TryTake(string id)
    {
        if (!_names.ContainsKey(id))
        {
            return null;
        }

        var job = store.TryLoad(id);
        _names.Remove(id);
        return job;
    }

    /// <summary>The names of jobs that may be of the run that is called off.</summary>
    public IReadOnlyList<string> Find(RunRequest cancel) =>
        [.. _names.Keys.Where(name => name.Contains($"-{cancel.RunLabel}-", StringComparison.Ordinal))];

    /// <summary>Removes what ended longer ago than <paramref name="retention"/>; not all at once where that is much.</summary>
    /// <exception cref="IOException">One can't be removed.</exception>
    public void Forget(TimeSpan retention)
    {
        for (var count = 0; count < RemovedAtOnce && _names.Count > 0 && clock.GetElapsedTime(_names.GetAt(0).Value) > retention; count++)
        {
            store.Delete(_names.GetAt(0).Key);
            _names.RemoveAt(0);
        }
    }
}

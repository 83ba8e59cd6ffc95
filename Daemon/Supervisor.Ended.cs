using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Jobs that have ended: the latest in memory, older ones on the shelf, old ones gone.</summary>
internal sealed partial class Supervisor
{
    // About 3 MB.
    private const int MostInMemory = 2_000;

    private readonly JobShelf _shelf = new(store, clock);

    private void Keep(JobRecord record, JobOutcome? outcome)
    {
        var job = NewJob(record);
        job.Outcome = outcome;
        _jobs[job.Id] = job;
        Adopt(job);
    }

    /// <summary>A job of that name, wherever it is; null where none is known.</summary>
    /// <exception cref="IOException">Its record can't be read now.</exception>
    private Job? Find(string id)
    {
        if (_jobs.TryGetValue(id, out var job))
        {
            return job;
        }

        if (_shelf.TryTake(id) is not { } ended)
        {
            return null;
        }

        Keep(ended.Record, ended.Outcome);
        return _jobs[id];
    }

    /// <summary>The jobs, ended ones too, of the run that is called off.</summary>
    /// <exception cref="IOException">A record can't be read now.</exception>
    private List<Job> Find(RunRequest cancel)
    {
        var known = _jobs.Values.Where(job => CancelNotes.Matches(cancel, job.Record)).ToList();
        return known.Count > 0 ? known : [.. _shelf.Find(cancel).Select(Find).OfType<Job>().Where(job => CancelNotes.Matches(cancel, job.Record))];
    }

    // A tenth more than are kept: so it is done once in a while.
    private void Shelve()
    {
        if (_jobs.Count <= MostInMemory * 11 / 10)
        {
            return;
        }

        var ended = _jobs.Values.Where(job => job.State == JobState.Finished && !job.IsUnsaved);
        foreach (var job in ended.OrderBy(job => job.Record.Since).SkipLast(MostInMemory).ToList())
        {
            _jobs.Remove(job.Id);
            _shelf.Put(job);
        }
    }

    // Ages are told by a clock that is never set: no jump of the calendar ends a record early.
    private void ForgetOldRecords()
    {
        var retention = _settings.Daemon.RecordRetention;
        var old = _jobs.Values.Where(job => clock.GetElapsedTime(job.SettledAt) > retention
            && (job.State == JobState.Finished || (job.State == JobState.Retrying && job.Delivery is null)));
        foreach (var job in old.ToList())
        {
            if (Durably(() => store.Delete(job.Id)))
            {
                _queue.Remove(job.Id);
                _jobs.Remove(job.Id);
            }
        }

        Durably(() => _shelf.Forget(retention));
        Durably(() => _cancels.Forget(_settings.Daemon.CancelRetention));
    }
}

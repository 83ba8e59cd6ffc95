using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Tells the living processes of a job from all others.</summary>
/// <remarks>
/// Constraints. A process can leave its session, clear its environment, close its descriptors and let its parent die. What
/// it can't leave is its nearest living subreaper: each post-process-admin is one, and so is the daemon.
///
/// Scheme. While the job's post-process-admin lives, everything of the job is below it. Once it has ended, everything of it
/// that lives on is below the daemon, and not below another living post-process-admin: every child of ours that we don't
/// watch is such an orphan. Session and tag tell whose it is; what tells neither belongs to every job that is being ended.
/// Where an earlier daemon started the job, neither holds: then session, tag and lock are all there is. Python closes the
/// lock's descriptor, so that the lock is only the last resort.
/// </remarks>
/// <param name="reaper">Knows which children of ours are post-process-admins that were not reaped yet.</param>
internal sealed class JobProcessSearch(ChildReaper reaper)
{
    /// <summary>
    /// Those jobs of which it takes no look at all processes to tell that nothing is left: mostly all that are being ended.
    /// </summary>
    public IReadOnlySet<string> WithoutRemains(IEnumerable<JobProcesses> ending)
    {
        var jobs = ending.Where(job => job.Child is not null).ToList();
        var gone = reaper.WithoutRemains(jobs.Select(job => job.Child!.Value.Pid));
        return jobs.Where(job => gone.Contains(job.Child!.Value.Pid)).Select(job => job.JobId).ToHashSet();
    }

    /// <summary>The living processes of <paramref name="job"/>.</summary>
    /// <param name="job">The job.</param>
    /// <param name="ending">All jobs that are being ended: what is surely another one's is left to it.</param>
    /// <param name="seen">The processes.</param>
    public IReadOnlyCollection<int> Of(JobProcesses job, IReadOnlyList<JobProcesses> ending, ProcessSnapshot seen) =>
        job.Child is { } child
            ? [.. seen.TreesOf([child.Pid, .. Orphans(seen).Where(pid => IsOf(job, pid, ending, seen))])]
            : OfAdopted(job, seen);

    private IEnumerable<int> Orphans(ProcessSnapshot seen) =>
        seen.ChildrenOf(Environment.ProcessId).Where(pid => !reaper.Watches(pid));

    private static bool IsOf(JobProcesses job, int pid, IReadOnlyList<JobProcesses> ending, ProcessSnapshot seen)
    {
        var session = seen.Processes[pid].Session;
        if (ending.FirstOrDefault(other => other.Child?.Pid == session) is { } owner)
        {
            return owner.JobId == job.JobId;
        }

        var tag = TagOf(pid);
        return tag is null || tag == job.JobId || ending.All(other => other.JobId != tag);
    }

    private static IReadOnlyCollection<int> OfAdopted(JobProcesses job, ProcessSnapshot seen)
    {
        // A session whose leader ended can be a recycled number: only the living leader vouches for it.
        var session = job.Leader is { } leader && seen.Has(leader) ? leader.Pid : 0;
        var start = job.Leader is { } started && started.BootId == ProcessIdentity.CurrentBootId ? started.StartTime : 0;
        var roots = seen.Processes
            .Where(process => process.Value.StartTime >= start
                && ((session != 0 && process.Value.Session == session) || TagOf(process.Key) == job.JobId))
            .Select(process => process.Key);
        var found = seen.TreesOf(roots);
        return found.Count == 0 && FileLock.IsHeld(job.LockPath) ? HoldersOf(job.LockPath, start, seen) : [.. found];
    }

    // Only a process that cleared its environment comes to this: looking at every descriptor is slow.
    private static List<int> HoldersOf(string path, long start, ProcessSnapshot seen) =>
        [.. seen.Processes
            .Where(process => process.Value.StartTime >= start && process.Key != Environment.ProcessId && HasOpen(process.Key, path))
            .Select(process => process.Key)];

    private static bool HasOpen(int pid, string path)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/fd").EnumerateFiles().Any(descriptor => descriptor.LinkTarget == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's and so none of ours.
            return false;
        }
    }

    // The job that a process was started for; null where its environment doesn't say.
    private static string? TagOf(int pid)
    {
        var tag = ProcessEnvironment.ValueOf(pid, JobFiles.TagVariable);
        Mutant.Change("tag-forgotten", ref tag, null);
        return tag;
    }
}

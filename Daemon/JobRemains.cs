using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>What is left of a job when its post-process-admin ended, or when the daemon that started it did.</summary>
internal static class JobRemains
{
    /// <summary>Whether anything of the job lives: its lock is held, or a process of its session or with its tag is there.</summary>
    /// <remarks>A lock that is held proves it; a free one doesn't disprove it, since Python closes inherited descriptors.</remarks>
    public static bool Any(Job job) => FileLock.IsHeld(job.Files.Lock) || Processes(job).Count > 0;

    /// <summary>Asks every process of the job to end, and to go on if it was stopped.</summary>
    public static void Interrupt(Job job)
    {
        if (job.Child is { } child)
        {
            // Post-process-admin ends its script itself, and cleans up.
            child.PidFd.TrySendSignal(Signals.SIGTERM);
            child.PidFd.TrySendSignal(Signals.SIGCONT);
            return;
        }

        foreach (var pid in LeaderOf(job) is { } leader ? [leader] : Processes(job))
        {
            using var process = PidFd.TryOpen(pid);
            process?.TrySendSignal(Signals.SIGTERM);
            process?.TrySendSignal(Signals.SIGCONT);
        }
    }

    /// <summary>Ends every process of the job; the pids that couldn't be ended.</summary>
    public static async Task<IReadOnlyList<int>> EndAsync(Job job, TimeSpan grace)
    {
        var tree = new ProcessTree(() => Processes(job));
        return await tree.EndAsync(grace, TimeSpan.FromSeconds(10));
    }

    /// <summary>The job's post-process-admin, if the process with its pid is still the one that was started.</summary>
    private static int? LeaderOf(Job job) =>
        job.Record is { Pid: { } pid, PidStartTime: { } start, BootId: { } boot } && new ProcessIdentity(pid, start, boot).IsAlive()
            ? pid
            : null;

    // A session whose leader was reaped can be a recycled number: only the unreaped leader, or the living one, vouches for it.
    private static IReadOnlyList<int> Processes(Job job)
    {
        var tagged = ProcessSearch.WithEnvironment($"{JobFiles.TagVariable}={job.Id}");
        var session = job.Child?.Pid ?? LeaderOf(job);
        return session is { } sid ? [.. tagged.Union(ProcessSearch.InSession(sid))] : tagged;
    }
}

using System.Diagnostics;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Ends what is left of jobs. One look at /proc serves all jobs that are being ended at that moment.</summary>
/// <param name="search">Finds the processes of jobs.</param>
/// <param name="unkillable">Called when processes of a job live on although they were killed, and with "" when they are gone.</param>
internal sealed class JobRemains(JobProcessSearch search, Action<string, string> unkillable)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseOfUnkillable = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Request> _requests = [];
    private bool _isWorking;

    /// <summary>
    /// Ends every process of a job: TERM and CONT, after <paramref name="grace"/> KILL. Completes when none is left, however
    /// long that takes; never fails.
    /// </summary>
    public Task EndAsync(JobProcesses job, TimeSpan grace)
    {
        var request = new Request(job, grace);
        lock (_gate)
        {
            _requests.Add(request);
            if (!_isWorking)
            {
                _isWorking = true;
                _ = Task.Run(WorkAsync);
            }
        }

        return request.Gone.Task;
    }

    /// <summary>Asks a job to end, and to go on if it was stopped. Post-process-admin ends its script itself, and cleans up.</summary>
    public void Interrupt(JobProcesses job)
    {
        if ((job.Child ?? job.Leader)?.TryOpen() is { } leader)
        {
            using (leader)
            {
                Signal(leader, Signals.SIGTERM);
            }

            return;
        }

        var seen = ProcessSnapshot.Take();
        foreach (var pid in search.Of(job, [job], seen))
        {
            using var process = seen.TryOpen(pid);
            Signal(process, Signals.SIGTERM);
        }
    }

    private async Task WorkAsync()
    {
        var pause = ShortestPause;
        while (true)
        {
            Request[] requests;
            lock (_gate)
            {
                requests = [.. _requests];
                if (requests.Length == 0)
                {
                    _isWorking = false;
                    return;
                }
            }

            try
            {
                LookAt(requests);
            }
            catch (Exception e)
            {
                // Out of descriptors, for one: looked at again after the pause.
                Log.Unexpected("ending what is left of jobs", e);
                pause = PauseOfUnkillable;
            }

            if (requests.Any(request => !request.Gone.Task.IsCompleted))
            {
                await Task.Delay(pause);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            else
            {
                pause = ShortestPause;
            }
        }
    }

    private void LookAt(Request[] requests)
    {
        var due = requests.Where(request => request.IsDue).ToList();
        var jobs = requests.Select(request => request.Job).ToList();
        var gone = search.WithoutRemains(due.Select(request => request.Job));
        foreach (var request in due.Where(request => gone.Contains(request.Job.JobId)))
        {
            Finish(request);
        }

        due.RemoveAll(request => request.Gone.Task.IsCompleted);
        if (due.Count == 0)
        {
            return;
        }

        var seen = ProcessSnapshot.Take();
        foreach (var request in due)
        {
            if (search.Of(request.Job, jobs, seen) is { Count: > 0 } left)
            {
                Press(request, left, seen);
            }
            else
            {
                Finish(request);
            }
        }
    }

    private void Finish(Request request)
    {
        if (request.IsUnkillable)
        {
            unkillable(request.Job.JobId, "");
        }

        lock (_gate)
        {
            _requests.Remove(request);
        }

        request.Gone.TrySetResult();
    }

    private void Press(Request request, IReadOnlyCollection<int> left, ProcessSnapshot seen)
    {
        var kill = request.Age >= request.Grace;
        foreach (var pid in left)
        {
            // TERM once: a second one would hasten programs that clean up on the first.
            if (kill || request.Asked.Add(pid))
            {
                using var process = seen.TryOpen(pid);
                Signal(process, kill ? Signals.SIGKILL : Signals.SIGTERM);
            }
        }

        if (request.Age > request.Grace + KillLimit)
        {
            request.LookedAt = Stopwatch.GetTimestamp();
            if (!request.IsUnkillable)
            {
                request.IsUnkillable = true;
                unkillable(request.Job.JobId, string.Join(", ", left));
            }
        }
    }

    private static void Signal(PidFd? process, int signal)
    {
        process?.TrySendSignal(signal);
        process?.TrySendSignal(Signals.SIGCONT);
    }

    private sealed class Request(JobProcesses job, TimeSpan grace)
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public JobProcesses Job => job;

        public TimeSpan Grace => grace;

        public TimeSpan Age => Stopwatch.GetElapsedTime(_began);

        public HashSet<int> Asked { get; } = [];

        public bool IsUnkillable { get; set; }

        public long LookedAt { get; set; }

        public bool IsDue => !IsUnkillable || Stopwatch.GetElapsedTime(LookedAt) >= PauseOfUnkillable;

        public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

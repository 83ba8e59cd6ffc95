using System.Diagnostics;
using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>submit --wait</c>: follows a run by asking the daemon, and says what it waits for; as JSON only what came of it.</summary>
internal sealed class SubmitFollower(Settings settings, RunRequest run, DateTimeOffset submitted, bool json)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // A restart takes less.
    private static readonly TimeSpan WithoutDaemon = TimeSpan.FromSeconds(60);

    private string _told = "";

    /// <summary>Waits for the outcome.</summary>
    /// <exception cref="ControlException">Nobody takes the run.</exception>
    public async Task<int> RunAsync()
    {
        var lastAnswer = Stopwatch.GetTimestamp();
        while (true)
        {
            var jobs = DaemonClient.TryGetJobs(settings.Daemon, AnswerLimit);
            var job = jobs?.LastOrDefault(IsMeant);
            if (jobs is not null)
            {
                lastAnswer = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(lastAnswer) > WithoutDaemon)
            {
                throw new ControlException($"no daemon answered for {WithoutDaemon.TotalSeconds:0} s; the run stays queued at the broker until one runs: autoreduction-ctl status");
            }

            if (!json)
            {
                Tell(jobs is null ? "the daemon does not answer; the run stays queued at the broker"
                    : job is null ? "waiting for the daemon to receive it"
                    : $"{job.State}{(job.State == JobState.Retrying ? $": {job.Message}" : "")}".Plain());
                ShowProgress(job);
            }

            if (job is { State: JobState.Finished, Result: { } result })
            {
                Terminal.WriteLine(json ? JsonSerializer.Serialize(job, ContractJson.Default.JobRecord) : JobText.Result(job).Plain());
                return ExitCodes.Of(result);
            }

            await Task.Delay(Look);
        }
    }

    // One line for each change.
    private void Tell(string state)
    {
        if (state != _told)
        {
            _told = state;
            Terminal.WriteLine($"{DateTime.Now:HH:mm:ss} {state}");
        }
    }

    private void ShowProgress(JobRecord? job)
    {
        if (Terminal.IsThere && job is { State: not JobState.Finished })
        {
            Terminal.Progress(JobText.Progress(job, DateTimeOffset.Now, new JobLogs(settings, job).Newest));
        }
    }

    private bool IsMeant(JobRecord job) =>
        job.Received >= submitted && job.RbNumber == run.RbNumber && job.Run == run.RunLabel && job.RunVersion == run.RunVersion
        && string.Equals(job.Instrument, run.Instrument, StringComparison.OrdinalIgnoreCase);
}

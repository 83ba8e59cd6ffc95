using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>logs</c>: the daemon's log, or one job's; with <c>-f</c> also what is added to it. A job's ends with how the job ended.</summary>
internal sealed class LogsVerb(Settings settings)
{
    private const int Unlimited = int.MaxValue;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private bool _isInLine;

    /// <param name="job">Which job; null: the daemon.</param>
    /// <param name="lines">How many of the last lines of the daemon's log; a job's logs are shown whole.</param>
    /// <param name="follow">Whether to go on until the job has ended, or for ever.</param>
    public async Task<int> RunAsync(string? job, int lines, bool follow)
    {
        var followers = new Dictionary<string, FileFollower>();
        try
        {
            return await RunAsync(followers, job, lines, follow);
        }
        finally
        {
            foreach (var follower in followers.Values)
            {
                follower.Dispose();
            }
        }
    }

    private async Task<int> RunAsync(Dictionary<string, FileFollower> followers, string? job, int lines, bool follow)
    {
        while (true)
        {
            // Looked at before the files are: what was written until then is shown.
            var record = job is null ? null : JobList.Find(settings.Daemon, job);
            job = record?.Id;
            foreach (var path in Paths(record))
            {
                // A script's output moves to the results when they are stored.
                var name = Path.GetFileName(path);
                if (!followers.TryGetValue(name, out var follower))
                {
                    followers[name] = follower = job is null ? new FileFollower(path, lines, setAside: $"{path}.1") : new FileFollower(path, Unlimited);
                }

                follower.FilePath = path;
                Show(follower, titled: job is not null);
            }

            if (record is { State: JobState.Finished })
            {
                Console.WriteLine($"{(_isInLine ? Environment.NewLine : "")}{JobText.Ending(record)}");
                return ExitCodes.Success;
            }

            if (!follow || !Terminal.IsHeard)
            {
                return followers.Values.Any(follower => follower.HasBeenSeen)
                    ? ExitCodes.Success
                    : throw new ControlException(job is null ? $"there is no log yet: {settings.Daemon.LogPath}; under systemd look with: journalctl -u autoreduction" : $"job {record!.Id} has logged nothing yet");
            }

            await Task.Delay(Look);
        }
    }

    private IReadOnlyList<string> Paths(JobRecord? record)
    {
        if (record is null)
        {
            return [settings.Daemon.LogPath];
        }

        var logs = new JobLogs(settings, record);
        return [.. logs.Admin, .. logs.Script];
    }

    private void Show(FileFollower follower, bool titled)
    {
        var isFirst = !follower.HasBeenSeen;
        if (follower.ReadNew() is not { Length: > 0 } text)
        {
            return;
        }

        text = Console.IsOutputRedirected ? text : text.Plain();
        _isInLine = !text.EndsWith('\n');
        Console.Write(titled && isFirst ? $"==> {follower.FilePath} <=={Environment.NewLine}{text}" : text);
    }
}

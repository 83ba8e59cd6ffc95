using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary>All jobs: from the daemon; where none answers, from the records that it left.</summary>
internal static class JobList
{
    private const int MaxRecordBytes = 1 << 20;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    /// <summary>The daemon's own word; null where none answers.</summary>
    public static IReadOnlyList<JobRecord>? TryAsk(DaemonSettings daemon, bool all) => DaemonClient.TryGetJobs(daemon, AnswerLimit, all);

    /// <summary>The job that a word means: its name, the beginning of it, or the number of its run; the latest of several, which is said.</summary>
    /// <exception cref="ControlException">There is none.</exception>
    public static JobRecord Find(DaemonSettings daemon, string word)
    {
        var jobs = TryAsk(daemon, all: true) ?? FromRecords(daemon);
        var meant = jobs.Where(job => job.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) || job.Run == word).ToList();
        var found = jobs.FirstOrDefault(job => job.Id == word) ?? meant.LastOrDefault()
            ?? throw new ControlException($"no job '{word}' is known here; list all with: autoreduction-ctl jobs --all");
        if (found.Id != word && meant.Count > 1)
        {
            Console.Error.WriteLine($"'{word}' means {meant.Count} jobs, this is the latest; the others: {string.Join(' ', meant.SkipLast(1).Select(job => job.Id))}");
        }

        return found;
    }

    /// <summary>What the records on disk say.</summary>
    /// <exception cref="ControlException">There is no such directory.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    public static IReadOnlyList<JobRecord> FromRecords(DaemonSettings daemon)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(daemon.JobsDirectory)
                .Select(directory => TryRead(new JobFiles(directory).Record))
                .OfType<JobRecord>()
                .OrderBy(job => job.Received)];
        }
        catch (UnauthorizedAccessException)
        {
            throw new UnauthorizedAccessException($"no daemon answers, and its records in {daemon.StateDirectory} are not for this user; do this as the daemon's user or as root");
        }
        catch (DirectoryNotFoundException) when (Directory.Exists(daemon.StateDirectory))
        {
            // Made by the first daemon that comes up.
            return [];
        }
        catch (DirectoryNotFoundException)
        {
            throw new ControlException($"no daemon answers, and there are no records: {daemon.StateDirectory} does not exist; is daemon.state_directory right? The first start makes it");
        }
    }

    private static JobRecord? TryRead(string path)
    {
        try
        {
            return DurableFile.TryRead(path, MaxRecordBytes) is { } content ? JsonSerializer.Deserialize(content, ContractJson.Default.JobRecord) : null;
        }
        catch (Exception e) when (e is JsonException or (IOException and not PosixException))
        {
            Console.Error.WriteLine($"{path} can't be read and is left out: {e.Message}");
            return null;
        }
    }
}

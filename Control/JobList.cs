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
    public static IReadOnlyList<JobRecord> FromRecords(DaemonSettings daemon)
    {
        if (!Directory.Exists(daemon.JobsDirectory))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(daemon.JobsDirectory)
            .Select(directory => TryRead(new JobFiles(directory).Record))
            .OfType<JobRecord>()
            .OrderBy(job => job.Received)];
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

using System.Text;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary>The log files of one job, wherever they are by now.</summary>
internal sealed class JobLogs(Settings settings, JobRecord job)
{
    private const int TailBytes = 4096;
    private const int MaxLine = 100;

    // Standard output, then standard error; in a flat folder also of earlier attempts, and beside scripts and records of runs.
    private static readonly string[] ScriptLogs = ["Script*.out*", "Mantid*.log*"];

    /// <summary>What post-process-admin logged, and what it printed where it crashed.</summary>
    public IReadOnlyList<string> Admin => [Files.AdminLog, Files.Console];

    /// <summary>What the script wrote: beside the results once they are stored, else in the run's private directory.</summary>
    public IReadOnlyList<string> Script =>
        [.. Directories.Where(Directory.Exists).Take(1).SelectMany(directory => ScriptLogs.SelectMany(name => Directory.EnumerateFiles(directory, $"RB_{job.RbNumber}_Run_{job.Run}_{name}").Order(StringComparer.Ordinal)))];

    /// <summary>What goes on in a run just now, in one short line: what holds it up, else the last line that its script wrote.</summary>
    public string? Newest
    {
        get
        {
            try
            {
                return job.State == JobState.Running ? Trouble ?? LastLine : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Moved to its place at this moment, or not for this user: the line is an extra.
                return null;
            }
        }
    }

    private string? LastLine => Script.Where(File.Exists).Select(Tail).LastOrDefault(line => line is not null);

    private string? Trouble => DurableFile.TryRead(Files.Trouble, TailBytes) is { } text ? LastOf(Encoding.UTF8.GetString(text)) : null;

    private JobFiles Files => new(Path.Combine(settings.Daemon.JobsDirectory, job.Id));

    private IEnumerable<string> Directories =>
    [
        .. job.ResultDirectories.Select(directory => Path.Combine(directory, "reduction_log")),
        Path.Combine(settings.ReductionOf(job.Instrument).TemporaryDirectory, job.Id, "logs"),
    ];

    private static string? Tail(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
        return LastOf(new StreamReader(file, Encoding.UTF8).ReadToEnd());
    }

    private static string? LastOf(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();

        // What a script prints doesn't steer the terminal.
        return line is null ? null : string.Concat(line.Plain().Take(MaxLine));
    }
}

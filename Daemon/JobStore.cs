using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>The job records on disk. Each is replaced as a whole: temporary file, fsync, rename.</summary>
internal sealed class JobStore(string jobsDirectory)
{
    private const int MaxRecordBytes = 1 << 20;

    /// <summary>The files of a job.</summary>
    public JobFiles FilesOf(string jobId) => new(Path.Combine(jobsDirectory, jobId));

    /// <summary>Makes the directory of the records.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public void Create() =>
        Directory.CreateDirectory(jobsDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>Tries whether records can be written.</summary>
    /// <exception cref="IOException">They can't.</exception>
    public void Probe() => DurableFile.Write(Path.Combine(jobsDirectory, "..", "probe"), "\n"u8, FileBits.OwnerOnly);

    /// <summary>Every job that has a record.</summary>
    public IReadOnlyList<Job> Load()
    {
        var jobs = new List<Job>();
        foreach (var directory in Directory.EnumerateDirectories(jobsDirectory))
        {
            var files = new JobFiles(directory);
            try
            {
                if (DurableFile.TryRead(files.Record, MaxRecordBytes) is not { } content)
                {
                    // The daemon died between making the directory and the record: nothing was started.
                    Directory.Delete(directory, recursive: true);
                    continue;
                }

                var record = JsonSerializer.Deserialize(content, ContractJson.Default.JobRecord)!;
                jobs.Add(new Job(record, files) { Outcome = ReadOutcome(files) });
            }
            catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
            {
                Log.BadRecord(files.Record, e.Message);
            }
        }

        return jobs;
    }

    /// <summary>Writes message and record of a job whose handling begins.</summary>
    public static void Begin(Job job)
    {
        Directory.CreateDirectory(job.Files.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!File.Exists(job.Files.Message))
        {
            DurableFile.Write(job.Files.Message, job.Body.Span, FileBits.OwnerOnly);
        }
    }

    /// <summary>Replaces the record.</summary>
    public static void Save(Job job) =>
        DurableFile.Write(job.Files.Record, JsonSerializer.SerializeToUtf8Bytes(job.Record, ContractJson.Default.JobRecord), FileBits.OwnerOnly);

    /// <summary>Writes what is to be published, before it is.</summary>
    public static void SaveOutcome(Job job, JobOutcome outcome, byte[]? terminal)
    {
        if (terminal is not null)
        {
            DurableFile.Write(job.Files.Terminal, terminal, FileBits.OwnerOnly);
        }

        DurableFile.Write(job.Files.Outcome, JsonSerializer.SerializeToUtf8Bytes(outcome, ContractJson.Default.JobOutcome), FileBits.OwnerOnly);
        job.Outcome = outcome;
    }

    /// <summary>What a job's post-process-admin left as its outcome, or null.</summary>
    public static JobOutcome? ReadOutcome(JobFiles files) =>
        DurableFile.TryRead(files.Outcome, MaxRecordBytes) is { } content
            ? JsonSerializer.Deserialize(content, ContractJson.Default.JobOutcome)
            : null;

    /// <summary>Removes a job's directory.</summary>
    public static void Delete(Job job) => Directory.Delete(job.Files.Directory, recursive: true);
}

using System.Text;
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

    /// <summary>Every job, one after the other; what can't be read is told in the log, and left out.</summary>
    public IEnumerable<(JobRecord Record, JobOutcome? Outcome)> Load() =>
        from id in Names()
        where !IsRemnant(id)
        let job = Guarded(id, () => TryLoad(id))
        where job is not null
        select job.Value;

    /// <summary>One job, with the outcome where there is one; null where there is none that can be understood.</summary>
    /// <exception cref="IOException">It can't be read now.</exception>
    public (JobRecord Record, JobOutcome? Outcome)? TryLoad(string id) =>
        TryReadRecord(id) is { } record ? (record, TryReadOutcome(FilesOf(id))) : null;

    /// <summary>The records alone. For any thread: nothing is changed.</summary>
    public IEnumerable<JobRecord> Records() => Names().Select(id => Guarded(id, () => TryReadRecord(id))).OfType<JobRecord>();

    /// <summary>The record alone; null where there is none that can be understood. For any thread.</summary>
    /// <exception cref="IOException">It can't be read now.</exception>
    public JobRecord? TryReadRecord(string id)
    {
        var path = FilesOf(id).Record;
        try
        {
            if (id.Contains('/') || DurableFile.TryRead(path, MaxRecordBytes) is not { } content)
            {
                return null;
            }

            var record = JsonSerializer.Deserialize(content, ContractJson.Default.JobRecord) ?? throw new JsonException("it is null");
            return record.Id == id ? record : throw new JsonException($"it is the record of {record.Id}");
        }
        catch (JsonException e)
        {
            Log.BadRecord(path, e.Message);
            return null;
        }
    }

    /// <summary>Makes the directory of a job whose handling begins.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static void CreateDirectory(JobFiles files) =>
        Directory.CreateDirectory(files.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>Keeps the message of a job whose handling begins.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Begin(Job job)
    {
        CreateDirectory(job.Files);
        if (!File.Exists(job.Files.Message) && job.Delivery is { } delivery)
        {
            DurableFile.Write(job.Files.Message, delivery.Body.Span, FileBits.OwnerOnly);
        }
    }

    /// <summary>Replaces the record.</summary>
    /// <exception cref="IOException">The old one is there still.</exception>
    public static void Save(Job job)
    {
        DurableFile.Write(job.Files.Record, JsonSerializer.SerializeToUtf8Bytes(job.Record, ContractJson.Default.JobRecord), FileBits.OwnerOnly);
        job.IsUnsaved = false;
    }

    /// <summary>Writes what is to be published, before it is.</summary>
    /// <exception cref="IOException">Nothing changed.</exception>
    public static void SaveOutcome(Job job, JobOutcome outcome, byte[]? terminal)
    {
        if (terminal is not null)
        {
            DurableFile.Write(job.Files.Terminal, terminal, FileBits.OwnerOnly);
        }

        var path = job.Files.Outcome;
        Mutant.Change("outcome-unrecorded", ref path, $"{path}.unrecorded");
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(outcome, ContractJson.Default.JobOutcome), FileBits.OwnerOnly);
        job.Outcome = outcome;
    }

    /// <summary>What a job's post-process-admin left as its outcome; null where there is none that can be understood.</summary>
    /// <exception cref="IOException">It can't be read now.</exception>
    public static JobOutcome? TryReadOutcome(JobFiles files)
    {
        try
        {
            return DurableFile.TryRead(files.Outcome, MaxRecordBytes) is { } content
                ? JsonSerializer.Deserialize(content, ContractJson.Default.JobOutcome)
                : null;
        }
        catch (JsonException e)
        {
            Log.BadRecord(files.Outcome, e.Message);
            return null;
        }
    }

    /// <summary>What its post-process-admin says to hold it up; null where nothing does, or nobody can tell.</summary>
    public static string? TryReadTrouble(JobFiles files)
    {
        try
        {
            return DurableFile.TryRead(files.Trouble, MaxRecordBytes) is { Length: > 0 } content ? Encoding.UTF8.GetString(content) : null;
        }
        catch (IOException e)
        {
            Log.BadRecord(files.Trouble, e.Message);
            return null;
        }
    }

    /// <summary>Removes a job's directory.</summary>
    /// <exception cref="IOException">Some of it is there still.</exception>
    public void Delete(string id)
    {
        var directory = FilesOf(id).Directory;
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private IEnumerable<string> Names() => Directory.EnumerateDirectories(jobsDirectory).Select(directory => Path.GetFileName(directory));

    // The daemon died between making the directory and the record: nothing was started.
    private bool IsRemnant(string id)
    {
        if (File.Exists(FilesOf(id).Record))
        {
            return false;
        }

        Guarded<object>(id, () =>
        {
            Delete(id);
            return null;
        });
        return true;
    }

    private T? Guarded<T>(string id, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.BadRecord(FilesOf(id).Record, e.Message);
            return default;
        }
    }
}

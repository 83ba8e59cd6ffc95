using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What this program keeps in the job's directory, so that an outcome that is known is never lost or made twice.</summary>
internal sealed class OutcomeFiles(JobOrder order)
{
    private readonly JobFiles _files = new(order.JobDirectory);

    /// <summary>Whether the broker confirmed ReductionStarted, in this attempt or an earlier one.</summary>
    public bool IsAnnounced => File.Exists(_files.Started);

    /// <summary>Where all jobs remember the versions of reduction software: beside the directory of all jobs.</summary>
    public string SoftwareDirectory => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(order.JobDirectory))!, "software");

    public byte[] ReadMessage() => File.ReadAllBytes(_files.Message);

    /// <summary>What an earlier attempt came to; null where none got so far.</summary>
    public Conclusion? TryRead() =>
        File.Exists(_files.Outcome) && JsonSerializer.Deserialize(File.ReadAllBytes(_files.Outcome), ContractJson.Default.JobOutcome) is { } outcome
            ? new(outcome, File.ReadAllBytes(_files.Terminal))
            : null;

    /// <summary>What <see cref="IsAnnounced"/> looks for, written down ahead: only its name is missing.</summary>
    /// <exception cref="PosixException">It can't be written.</exception>
    public DurableFile.Unnamed PrepareAnnounced() => DurableFile.Prepare(_files.Started, "{}\n"u8, FileBits.OwnerOnly);

    /// <summary>What is to be told of a run; nothing is written yet.</summary>
    public Conclusion Conclude(JobMessage message, RunOutcome outcome, IReadOnlyList<string> directories, string reductionLog)
    {
        Log.Outcome(outcome.Result.ToString(), outcome.Message);
        var adminLog = CappedText.OfFile(_files.AdminLog);
        return new(
            new JobOutcome
            {
                Result = outcome.Result,
                Destination = TerminalMessage.Destination(outcome.Result, order.Queues),
                Message = outcome.Message,
                ResultDirectories = directories,
                Time = DateTimeOffset.Now,
            },
            TerminalMessage.Of(message, outcome, directories, reductionLog, adminLog));
    }

    /// <summary>Writes the terminal message, then the outcome: from now on the run is not reduced again.</summary>
    /// <exception cref="PosixException">They can't be written: the run has no outcome.</exception>
    public void Record(Conclusion conclusion)
    {
        DurableFile.Write(_files.Terminal, conclusion.Terminal, FileBits.OwnerOnly);
        Save(conclusion.Outcome);
    }

    public void Save(JobOutcome outcome) =>
        DurableFile.Write(_files.Outcome, JsonSerializer.SerializeToUtf8Bytes(outcome, ContractJson.Default.JobOutcome), FileBits.OwnerOnly);
}

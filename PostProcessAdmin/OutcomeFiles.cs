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

    public byte[] ReadTerminal() => File.ReadAllBytes(_files.Terminal);

    /// <summary>The outcome of an earlier attempt; null where none got so far.</summary>
    public JobOutcome? TryRead() => File.Exists(_files.Outcome)
        ? JsonSerializer.Deserialize(File.ReadAllBytes(_files.Outcome), ContractJson.Default.JobOutcome)
        : null;

    public void NoteAnnounced() => DurableFile.Write(_files.Started, "{}\n"u8, FileBits.OwnerOnly);

    /// <summary>Writes the terminal message, then the outcome: from now on the run is not reduced again.</summary>
    public JobOutcome Conclude(JobMessage message, RunOutcome outcome, IReadOnlyList<string> directories, string reductionLog)
    {
        Log.Outcome(outcome.Result.ToString(), outcome.Message);
        var adminLog = CappedText.OfFile(_files.AdminLog);
        DurableFile.Write(_files.Terminal, TerminalMessage.Of(message, outcome, directories, reductionLog, adminLog), FileBits.OwnerOnly);
        var concluded = new JobOutcome
        {
            Result = outcome.Result,
            Destination = TerminalMessage.Destination(outcome.Result, order.Queues),
            Message = outcome.Message,
            ResultDirectories = directories,
            Time = DateTimeOffset.Now,
        };
        Save(concluded);
        return concluded;
    }

    public void Save(JobOutcome outcome) =>
        DurableFile.Write(_files.Outcome, JsonSerializer.SerializeToUtf8Bytes(outcome, ContractJson.Default.JobOutcome), FileBits.OwnerOnly);
}

using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>What the daemon reports of a run whose post-process-admin can't report any more.</summary>
internal static class DeathReport
{
    private const int TailBytes = 64 << 10;

    /// <summary>An error that says how the run died, with what is left of its logs.</summary>
    public static (JobOutcome Outcome, byte[] Terminal) Of(Job job, string how, Settings settings)
    {
        var text = $"The reduction of {job} did not finish: {how}. Submit the run again; if it fails again, show this message and admin_log to the facility's staff.";
        var logs = Path.Combine(settings.ReductionOf(job.Record.Instrument).TemporaryDirectory, job.Id, "logs");
        var script = Directory.Exists(logs) ? string.Concat(Directory.GetFiles(logs).Order().Select(path => CappedText.OfFile(path, CappedText.MaxBytes / 2))) : "";
        var admin = CappedText.OfFile(job.Files.AdminLog, CappedText.MaxBytes / 2) + CappedText.TailOfFile(job.Files.Console, TailBytes);
        var terminal = Message(job).With(
            (MessageKeys.Message, JsonValue.Create(text)),
            (MessageKeys.ReductionLog, JsonValue.Create(script)),
            (MessageKeys.AdminLog, JsonValue.Create(admin)),
            (MessageKeys.RetryIn, null)).ToUtf8();
        return (Outcome(JobResult.Error, settings.Queues.Error, text), terminal);
    }

    /// <summary>A cancelled run: told to nobody, or on the Skipped queue where the settings say so.</summary>
    public static (JobOutcome Outcome, byte[] Terminal) OfCancelled(Job job, Settings settings)
    {
        var terminal = Message(job).With((MessageKeys.Message, JsonValue.Create("Cancelled"))).ToUtf8();
        return settings.Daemon.CancelPublishes
            ? (Outcome(JobResult.Cancelled, settings.Queues.Skipped, "Cancelled"), terminal)
            : (Outcome(JobResult.Cancelled, "", "Cancelled") with { Published = true }, terminal);
    }

    // A message that got lost on disk doesn't keep its run from being told.
    private static JobMessage Message(Job job)
    {
        try
        {
            return JobMessage.Parse(job.Delivery is { } delivery ? delivery.Body.Span : File.ReadAllBytes(job.Files.Message));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or MessageFormatException)
        {
            return JobMessage.Parse("{}"u8).With(
                (MessageKeys.Instrument, JsonValue.Create(job.Record.Instrument)),
                (MessageKeys.RunNumber, JsonValue.Create(job.Record.Run)),
                (MessageKeys.RbNumber, JsonValue.Create(job.Record.RbNumber)),
                (MessageKeys.RunVersion, job.Record.RunVersion is { } version ? JsonValue.Create(version) : null));
        }
    }

    private static JobOutcome Outcome(JobResult result, string destination, string text) =>
        new() { Result = result, Destination = destination, Message = text, Time = DateTimeOffset.Now };
}

using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The last message of a run.</summary>
internal static class TerminalMessage
{
    /// <summary>The message that arrived, with what came of it.</summary>
    public static byte[] Of(JobMessage message, RunOutcome outcome, IReadOnlyList<string> resultDirectories, string reductionLog, string adminLog)
    {
        var isComplete = outcome.Result == JobResult.Complete;
        var directories = new JsonArray([.. resultDirectories.Select(directory => (JsonNode)JsonValue.Create(directory))]);
        return message.With(
            (MessageKeys.Message, isComplete ? null : RunOutcome.TextNode(outcome.Message ?? "no reason was given")),
            (MessageKeys.ReductionLog, JsonValue.Create(reductionLog)),
            (MessageKeys.AdminLog, JsonValue.Create(adminLog)),
            (MessageKeys.RetryIn, null),
            (MessageKeys.ReductionData, isComplete ? directories : null),
            (MessageKeys.Software, RunOutcome.TextNode(outcome.Software))).ToUtf8();
    }

    /// <summary>The queue that an outcome is told on.</summary>
    public static string Destination(JobResult result, QueueSettings queues) => result switch
    {
        JobResult.Complete => queues.Complete,
        JobResult.Skipped => queues.Skipped,
        _ => queues.Error,
    };
}

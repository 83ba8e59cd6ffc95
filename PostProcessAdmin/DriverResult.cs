using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Turns what the driver wrote, and how its process ended, into the outcome of the script.</summary>
internal static class DriverResult
{
    private const int MaxBytes = 16 << 20;

    public static RunOutcome Read(string path, ExitStatus status)
    {
        JsonObject? result;
        try
        {
            result = DurableFile.TryRead(path, MaxBytes) is { } content ? JsonNode.Parse(content) as JsonObject : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return RunOutcome.Error($"REDUCTION Error: the result of the script can't be read: {e.Message}");
        }

        // Without a result the script ended the interpreter: os._exit, a crash or a signal.
        return result is null ? RunOutcome.Error($"REDUCTION Error: {HowItEnded(status)}") : Outcome(result);
    }

    private static RunOutcome Outcome(JsonObject result)
    {
        foreach (var note in Texts(result["notes"]))
        {
            Log.Note(note);
        }

        var software = result["software"] as JsonObject;
        return new RunOutcome
        {
            Result = Text(result["outcome"]) switch
            {
                "complete" => JobResult.Complete,
                "skipped" => JobResult.Skipped,
                _ => JobResult.Error,
            },
            Message = Text(result["message"]),
            Destinations = Texts(result["destinations"]),
            OutputFiles = Texts(result["output_files"]),
            Software = Text(software?["version"]),
        };
    }

    private static string HowItEnded(ExitStatus status) => status switch
    {
        { Exited: true } => $"Python ended with exit code {status.ExitCode} before the script returned (os._exit, or an interpreter that could not start); see the logs",
        { IsUnknown: true } => "the script's process can't be ended; the facility's staff should look at it",
        { Signal: Signals.SIGKILL } => $"the script was {status}, from outside; perhaps the machine ran out of memory",
        _ => $"the script was {status}; see the logs",
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static List<string> Texts(JsonNode? node) => node is JsonArray list ? [.. list.Select(Text).OfType<string>()] : [];
}

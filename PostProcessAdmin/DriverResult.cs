using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Turns what the driver wrote, and how its process ended, into the outcome of the script.</summary>
internal sealed class DriverResult(PrivateDirectory directory, RunRequest run, Interpreter interpreter)
{
    private const int MaxBytes = 16 << 20;
    private const int LastLineLength = 500;

    public RunOutcome Read(ExitStatus status)
    {
        JsonObject? result;
        try
        {
            result = DurableFile.TryRead(directory.Result, MaxBytes) is { } content ? JsonNode.Parse(content) as JsonObject : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return RunOutcome.Error($"REDUCTION Error: the result of the script can't be read: {e.Message}");
        }

        if (result is not null)
        {
            return OrWithoutOutput(Outcome(result));
        }

        if (!Directory.Exists(directory.Answers))
        {
            return RunOutcome.Error($"REDUCTION Error: the script removed {directory.Answers}, where its result is written; nothing outside of output_dir is its own to remove");
        }

        // Without a result the script ended the interpreter: os._exit, a crash or a signal. Or the interpreter never got to it.
        return RunOutcome.Error($"REDUCTION Error: {(File.Exists(directory.Begun) ? HowScriptEnded(status) : HowInterpreterEnded(status))}");
    }

    private const int ShellSignal = 128;
    private const int LastSignal = 64;

    private RunOutcome Outcome(JsonObject result)
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
            Message = WithOrigin(Text(result["message"])),
            Destinations = Texts(result["destinations"]),
            OutputFiles = Texts(result["output_files"]),
            Software = Text(software?["version"]),
        };
    }

    private RunOutcome OrWithoutOutput(RunOutcome outcome) =>
        outcome.Result != JobResult.Complete || new DirectoryInfo(directory.Output) is { Exists: true, LinkTarget: null }
            ? outcome
            : RunOutcome.Error($"REDUCTION Error: the script removed or replaced its output directory {directory.Output}");

    // What can't be imported is often a matter of the interpreter.
    private string? WithOrigin(string? message) =>
        message is not null && (message.StartsWith("REDUCTION Error: ModuleNotFoundError: ", StringComparison.Ordinal) || message.StartsWith("REDUCTION Error: ImportError: ", StringComparison.Ordinal))
            ? $"{message}. {interpreter.Origin}"
            : message;

    private string HowInterpreterEnded(ExitStatus status)
    {
        var printed = CappedText.TailOfFile(directory.MantidLog(run), LastLineLength).TrimEnd();
        return $"the interpreter {(status.Exited ? $"ended with exit code {status.ExitCode}" : $"was {status}")} before the script began{(printed.Length > 0 ? $": {printed[(printed.LastIndexOf('\n') + 1)..]}" : "")}. {interpreter.Origin}";
    }

    private static string HowScriptEnded(ExitStatus status) => status switch
    {
        // sh(1) and container runners tell a signal so.
        { Exited: true, ExitCode: > ShellSignal and <= ShellSignal + LastSignal } => $"the script was {ExitStatus.FromWaitStatus(status.ExitCode - ShellSignal)}, or ended Python with exit code {status.ExitCode}; see the logs",
        { Exited: true } => $"the script ended Python with exit code {status.ExitCode} before it returned (os._exit); see the logs",
        { IsUnknown: true } => "the script's process can't be ended; the facility's staff should look at it",
        { Signal: Signals.SIGKILL } => $"the script was {status}, from outside; perhaps the machine ran out of memory",
        _ => $"the script was {status}; see the logs",
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static List<string> Texts(JsonNode? node) => node is JsonArray list ? [.. list.Select(Text).OfType<string>()] : [];
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>submit</c>'s options, and the message that they make.</summary>
internal static class SubmitOptions
{
    private const int StartedByHand = -1;
    private static readonly Option<string?> MessageFile = new("--file") { Description = "A message as JSON; the other options replace its keys" };
    private static readonly Option<string?> Instrument = new("--instrument") { Description = "The instrument" };
    private static readonly Option<long?> Run = new("--run") { Description = "The run number" };
    private static readonly Option<long?> Rb = new("--rb") { Description = "The experiment's RB number" };
    private static readonly Option<string?> Data = new("--data") { Description = "The run's data file" };
    private static readonly Option<string?> Script = new("--script") { Description = "A script to run instead of the instrument's reduce.py" };
    private static readonly Option<string?> Arguments = new("--arguments") { Description = "JSON file with standard_vars and advanced_vars" };
    private static readonly Option<long?> RunVersion = new("--run-version") { Description = "The version that the database knows this request by" };
    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Replace the results in run-version-0" };
    private static readonly Option<string?> Facility = new("--facility") { Description = "The facility; default ISIS" };
    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait for the outcome: exit 0 Complete, 1 Error or Cancelled, 5 Skipped" };
    private static readonly Option<bool> Json = new("--json") { Description = "As JSON: the run, or with --wait the job with its outcome, as jobs has it" };

    public static Command Command(Option<string?> config) => Verbs.Verb(
        "submit",
        "Put a run on the pending queue. Example: autoreduction-ctl submit --instrument LRMECS --run 3701 --rb 1810001 --data /data/3701.nxs --wait",
        config,
        parsed => (settings, _) => new SubmitVerb(settings).RunAsync(MessageOf(parsed), parsed.GetValue(Wait), parsed.GetValue(Json)),
        MessageFile, Instrument, Run, Rb, Data, Script, Arguments, RunVersion, Overwrite, Facility, Wait, Json);

    private static JobMessage MessageOf(ParseResult parsed)
    {
        var message = parsed.GetValue(MessageFile) is { } path
            ? FromFile(path)
            : JobMessage.Parse("{}"u8).With((MessageKeys.Facility, "ISIS"), (MessageKeys.StartedBy, StartedByHand));
        (string, JsonNode?)[] given =
        [
            (MessageKeys.Instrument, parsed.GetValue(Instrument)),
            (MessageKeys.RunNumber, parsed.GetValue(Run)),
            (MessageKeys.RbNumber, parsed.GetValue(Rb)),
            (MessageKeys.Data, parsed.GetValue(Data) is { } data ? Absolute(data) : null),
            (MessageKeys.Facility, parsed.GetValue(Facility)),
            (MessageKeys.RunVersion, parsed.GetValue(RunVersion)),
            (MessageKeys.Overwrite, parsed.GetValue(Overwrite) ? true : null),
            (MessageKeys.ReductionScript, parsed.GetValue(Script) is { } script ? TextFromFile(script) : null),
            (MessageKeys.ReductionArguments, parsed.GetValue(Arguments) is { } arguments ? ArgumentsFromFile(arguments) : null),
        ];
        return message.With([.. given.Where(pair => pair.Item2 is not null)]);
    }

    // The daemon works in /. \\host\share and C:\ are for its path_map.
    private static string Absolute(string data) =>
        data.Contains('\\', StringComparison.Ordinal) || data.Length == 0 ? data : Path.GetFullPath(data);

    private static JobMessage FromFile(string path)
    {
        const string wanted = "a file with a message as JSON, such as docs/operating.md shows";
        try
        {
            return JobMessage.Parse(InputFile.Read(MessageFile.Name, path, wanted));
        }
        catch (MessageFormatException e)
        {
            throw new UsageException($"{MessageFile.Name} {path}: {e.Message}; name {wanted}");
        }
    }

    private static JsonObject ArgumentsFromFile(string path)
    {
        const string wanted = "a file with {\"standard_vars\": {...}, \"advanced_vars\": {...}}";
        try
        {
            var arguments = JsonNode.Parse(InputFile.Read(Arguments.Name, path, wanted));
            return ScriptVariables.WhyNot(arguments) is { } why ? throw new UsageException($"{Arguments.Name} {path}: {why}; name {wanted}") : arguments!.AsObject();
        }
        catch (JsonException e)
        {
            throw new UsageException($"{Arguments.Name} {path}: it is not JSON: {e.Message}; name {wanted}");
        }
    }

    // As an editor writes it: UTF-8, or what its byte order mark says.
    private static string TextFromFile(string path)
    {
        using var reader = new StreamReader(new MemoryStream(InputFile.Read(Script.Name, path, "a Python script")));
        return reader.ReadToEnd();
    }
}

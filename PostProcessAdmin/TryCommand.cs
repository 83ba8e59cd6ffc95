using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary><c>try</c>'s options: a run as the author of a script describes it.</summary>
internal static class TryCommand
{
    private const string Example = "post-process-admin try --instrument MARI --data /data/MARI28581.nxs --script reduce.py --set ei=12.5";

    public static Command Make(CancellationToken interrupted)
    {
        var config = new Option<string?>("--config") { Description = $"Settings file; default ${SettingsFile.PathVariable}, else {SettingsFile.DefaultPath}, else the built-in settings" };
        var instrument = new Option<string>("--instrument") { Description = "The instrument, whose settings and scripts directory count", Required = true };
        var data = new Option<string[]>("--data") { Description = "The run's data file; given several times: a batch", Required = true };
        var script = new Option<string?>("--script") { Description = "The script; default: reduce.py of the instrument's scripts directory. reduce_vars.py is looked for beside it" };
        var set = new Option<string[]>("--set") { Description = "NAME=VALUE: a standard variable; VALUE is JSON, else a text" };
        var advanced = new Option<string[]>("--set-advanced") { Description = "NAME=VALUE: an advanced variable" };
        var output = new Option<string?>("--output") { Description = "Where the results go; default: a new directory, which is named at the end" };
        var run = new Option<long?>("--run") { Description = "The run number; default: the last number in the data file's name" };
        var rb = new Option<long>("--rb") { Description = "The experiment's RB number", DefaultValueFactory = _ => 1 };
        var command = new Command("try", $"Run a script on data as the daemon would, without a broker. Exit: 0 Complete, 1 Error, 5 Skipped, 2 wrong use, 75 can't be run here now. Example: {Example}")
        {
            config, instrument, data, script, set, advanced, output, run, rb,
        };
        command.SetAction((parsed, _) => UsageErrorsAsync(() =>
        {
            var files = parsed.GetRequiredValue(data);
            var request = Request(parsed.GetRequiredValue(instrument), files, parsed.GetValue(run), parsed.GetValue(rb)) with
            {
                StandardVars = Variables(parsed.GetValue(set) ?? []),
                AdvancedVars = Variables(parsed.GetValue(advanced) ?? []),
            };
            var settings = LoadSettings(parsed.GetValue(config)).ReductionOf(request.Instrument);
            return new TryRun(request, settings, parsed.GetValue(script), parsed.GetValue(output)).RunAsync(interrupted);
        }));
        return command;
    }

    // Checked by the same reader as a message.
    private static RunRequest Request(string instrument, string[] data, long? run, long rb)
    {
        var runs = data.Select((path, index) => (run ?? RunOf(path)) + (run is null ? 0 : index)).ToList();
        var paths = data.Select(path => path.Contains('\\') ? path : Path.GetFullPath(path)).ToList();
        var isBatch = data.Length > 1;
        var message = JobMessage.Parse("{}"u8).With(
            (MessageKeys.Facility, JsonValue.Create("try")),
            (MessageKeys.Instrument, JsonValue.Create(instrument)),
            (MessageKeys.RbNumber, JsonValue.Create(rb)),
            (MessageKeys.RunNumber, isBatch ? new JsonArray([.. runs.Select(number => (JsonNode)JsonValue.Create(number))]) : JsonValue.Create(runs[0])),
            (MessageKeys.Data, isBatch ? new JsonArray([.. paths.Select(path => (JsonNode)JsonValue.Create(path))]) : JsonValue.Create(paths[0])),
            (MessageKeys.FlatOutput, JsonValue.Create(true)));
        return RunRequestReader.TryRead(message, out var request, out var error) ? request : throw new FormatException(error);
    }

    private static long RunOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        var end = name.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var start = end - name.AsSpan(0, end).ToString().Reverse().TakeWhile(char.IsAsciiDigit).Count();
        return long.TryParse(name.AsSpan(start, end - start), out var run) && run > 0
            ? run
            : throw new FormatException($"no run number is in the name {name}; give it with --run");
    }

    private static JsonObject? Variables(string[] assignments)
    {
        var variables = new JsonObject();
        foreach (var assignment in assignments)
        {
            var at = assignment.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new FormatException($"--set {assignment}: should be NAME=VALUE");
            }

            variables[assignment[..at]] = Value(assignment[(at + 1)..]);
        }

        return variables.Count > 0 ? variables : null;
    }

    // As Python spells them, too.
    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text switch { "True" => "true", "False" => "false", "None" => "null", _ => text });
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static Settings LoadSettings(string? option)
    {
        var path = SettingsFile.Find(option, SettingsEnvironment.Current);
        return path == SettingsFile.DefaultPath && !File.Exists(path)
            ? SettingsFile.Parse("", "built-in settings", SettingsEnvironment.Current)
            : SettingsFile.Load(path, SettingsEnvironment.Current);
    }

    private static async Task<int> UsageErrorsAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Usage;
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.BadSettings;
        }
    }
}

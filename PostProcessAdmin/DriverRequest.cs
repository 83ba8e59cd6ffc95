using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What the driver is told (docs/scripts.md, and the driver's own head).</summary>
internal static class DriverRequest
{
    public static string Of(RunRequest run, ReductionSettings settings, ReductionScript script, PrivateDirectory directory, IReadOnlyList<string> data)
    {
        // A script sees the place that it came from: it looks for files beside itself there. A traceback names the file that
        // its lines are in.
        var isFile = script.Text is null;
        return new JsonObject
        {
            ["script"] = directory.Script,
            ["script_encoding"] = isFile ? null : "utf-8",
            ["script_name"] = isFile ? script.Path : null,
            ["script_file"] = Directory.Exists(script.Directory) ? script.Path : null,
            ["reduce_vars"] = Path.Combine(script.Directory, "reduce_vars.py"),
            ["standard_vars"] = run.StandardVars?.DeepClone(),
            ["advanced_vars"] = run.AdvancedVars?.DeepClone(),
            ["input_file"] = run.IsBatch ? Texts(data) : JsonValue.Create(data[0]),
            ["output_dir"] = directory.Output + "/",
            ["run_numbers"] = new JsonArray([.. run.RunNumbers.Select(number => (JsonNode)JsonValue.Create(number))]),
            ["script_directories"] = Texts([script.Directory]),
            ["gate"] = directory.Gate,
            ["result"] = directory.Result,
            ["begun"] = directory.Begun,
            ["software"] = Texts(settings.Software),
        }.ToJsonString();
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);
}

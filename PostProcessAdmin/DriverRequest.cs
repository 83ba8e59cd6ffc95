using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What the driver is told (docs/scripts.md, and the driver's own head).</summary>
internal static class DriverRequest
{
    public static string Of(RunRequest run, ReductionSettings settings, PrivateDirectory directory, IReadOnlyList<string> data)
    {
        var scripts = ScriptFinder.DirectoryOf(run, settings);
        return new JsonObject
        {
            ["script"] = directory.Script,
            ["reduce_vars"] = Path.Combine(scripts, "reduce_vars.py"),
            ["standard_vars"] = run.StandardVars?.DeepClone(),
            ["advanced_vars"] = run.AdvancedVars?.DeepClone(),
            ["input_file"] = run.IsBatch ? Texts(data) : JsonValue.Create(data[0]),
            ["output_dir"] = directory.Output + "/",
            ["run_numbers"] = new JsonArray([.. run.RunNumbers.Select(number => (JsonNode)JsonValue.Create(number))]),
            ["script_directories"] = Texts([scripts]),
            ["result"] = directory.Result,
            ["software_probe"] = "mantid",
        }.ToJsonString();
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);
}

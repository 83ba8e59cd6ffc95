using System.Text.Json.Nodes;

namespace Autoreduction.EndToEnd;

/// <summary>The peer without us: the driver and an empty script, started by hand as <c>python3 reduction_driver.py REQUEST</c>.</summary>
internal static class BareDriver
{
    public static string Driver { get; } = Path.Combine(Site.Programs, "../PostProcessAdmin/Driver/reduction_driver.py");

    /// <summary>Writes what it needs into a new directory; the path of its request.</summary>
    public static string Prepare(string directory, string data)
    {
        var output = Directory.CreateDirectory(Path.Combine(directory, "output")).FullName;
        var script = Path.Combine(directory, "reduce.py");
        File.WriteAllText(script, Site.EmptyScript);
        var request = Path.Combine(directory, "request.json");
        File.WriteAllText(request, new JsonObject
        {
            ["script"] = script,
            ["input_file"] = data,
            ["output_dir"] = output + "/",
            ["run_numbers"] = new JsonArray(1),
            ["result"] = Path.Combine(directory, "result.json"),
        }.ToJsonString());
        return request;
    }
}

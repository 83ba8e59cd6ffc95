using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The whole environment of a script: what it needs, and nothing of the broker.</summary>
internal static class ScriptEnvironment
{
    public static IReadOnlyDictionary<string, string> Of(
        JobOrder order, PrivateDirectory directory, IReadOnlyDictionary<string, string> ours)
    {
        var environment = SettingsEnvironment.PassedOn(ours);
        environment[JobFiles.TagVariable] = order.JobId;
        environment["HOME"] = directory.Home;
        environment["TMPDIR"] = directory.Temporary;
        environment["MPLCONFIGDIR"] = directory.Matplotlib;
        environment["MPLBACKEND"] = "Agg";
        environment["QT_QPA_PLATFORM"] = "offscreen";
        IReadOnlyList<string> inherited = ours.GetValueOrDefault("PYTHONPATH") is { Length: > 0 } path ? [path] : [];
        if (order.Reduction.PythonPath.Count + inherited.Count > 0)
        {
            environment["PYTHONPATH"] = string.Join(':', order.Reduction.PythonPath.Concat(inherited));
        }

        return environment;
    }
}

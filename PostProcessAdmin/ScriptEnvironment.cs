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

        // What the account has installed for itself is not in the private home.
        if (ours.GetValueOrDefault("HOME") is { Length: > 0 } home && order.Reduction.ScriptUser.Length == 0)
        {
            environment.TryAdd("PYTHONUSERBASE", Path.Combine(home, ".local"));
        }

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

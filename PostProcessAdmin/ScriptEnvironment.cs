using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The whole environment of a script: what it needs, and nothing of the broker.</summary>
internal static class ScriptEnvironment
{
    /// <summary>Of one that runs in a private directory, with a variable that tells whose it is.</summary>
    public static Dictionary<string, string> Of(
        KeyValuePair<string, string> tag, ReductionSettings settings, PrivateDirectory directory, IReadOnlyDictionary<string, string> ours)
    {
        var environment = SettingsEnvironment.PassedOn(ours);
        environment[tag.Key] = tag.Value;
        environment["HOME"] = directory.Home;

        // What the account has installed for itself is not in the private home.
        if (ours.GetValueOrDefault("HOME") is { Length: > 0 } home && settings.ScriptUser.Length == 0)
        {
            environment.TryAdd("PYTHONUSERBASE", Path.Combine(home, ".local"));
        }

        environment["TMPDIR"] = directory.Temporary;
        environment["MPLCONFIGDIR"] = directory.Home;
        environment["MPLBACKEND"] = "Agg";
        environment["QT_QPA_PLATFORM"] = "offscreen";
        IReadOnlyList<string> inherited = ours.GetValueOrDefault("PYTHONPATH") is { Length: > 0 } path ? [path] : [];
        if (settings.PythonPath.Count + inherited.Count > 0)
        {
            environment["PYTHONPATH"] = string.Join(':', settings.PythonPath.Concat(inherited));
        }

        return environment;
    }
}

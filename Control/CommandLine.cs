using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>What to type, in a hint.</summary>
internal static class CommandLine
{
    /// <summary>This program's line for a verb, for the same settings as now.</summary>
    public static string Of(string settingsPath, string verb) =>
        settingsPath == SettingsFile.DefaultPath ? $"autoreduction-ctl {verb}" : $"autoreduction-ctl --config {Quoted(settingsPath)} {verb}";

    // For a shell, where it would take the path apart.
    private static string Quoted(string path) =>
        path.All(character => char.IsLetterOrDigit(character) || "/._-+".Contains(character, StringComparison.Ordinal)) ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

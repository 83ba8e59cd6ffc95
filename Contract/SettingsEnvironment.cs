using System.Collections;

namespace Autoreduction.Contract;

/// <summary>Settings that come from environment variables such as <c>AUTOREDUCTION__BROKER__URI</c>.</summary>
public static class SettingsEnvironment
{
    private const string Prefix = "AUTOREDUCTION__";

    /// <summary>The environment of this process.</summary>
    public static IReadOnlyDictionary<string, string> Current { get; } = Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>What every program passes on to those that it starts: where programs and Python's modules are, language, time zone and home. A new dictionary.</summary>
    public static Dictionary<string, string> PassedOn(IReadOnlyDictionary<string, string> environment) => environment
        .Where(pair => pair.Key is "PATH" or "PYTHONPATH" or "PYTHONUSERBASE" or "LANG" or "TZ" or "HOME" || pair.Key.StartsWith("LC_", StringComparison.Ordinal))
        .ToDictionary();

    internal static IEnumerable<SettingEntry> Entries(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (variable, text) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(Prefix, StringComparison.Ordinal) || variable == SettingsFile.PasswordVariable)
            {
                continue;
            }

            var parts = variable[Prefix.Length..].ToLowerInvariant().Split("__");
            yield return new(parts[..^1], parts[^1], SettingValue.FromEnvironment(text), $"environment variable {variable}", Line: 0);
        }
    }
}

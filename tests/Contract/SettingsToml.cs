using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>Settings from a text, and what is wrong with them.</summary>
internal static class SettingsToml
{
    public static readonly Dictionary<string, string> NoEnvironment = [];

    public static Settings Parse(string text, Dictionary<string, string>? environment = null, SettingsCheck? check = null) =>
        SettingsFile.Parse(text, "a.toml", environment ?? NoEnvironment, check);

    public static IReadOnlyList<string> ErrorsOf(string text, Dictionary<string, string>? environment = null, SettingsCheck? check = null) =>
        [.. Assert.Throws<SettingsException>(() => Parse(text, environment, check))!.Errors.Select(error => error.ToString())];

    /// <summary>A text that sets one key, named with its section.</summary>
    public static string Set(string key, string value)
    {
        var dot = key.LastIndexOf('.');
        return $"[{key[..dot]}]\n{key[(dot + 1)..]} = {value}\n";
    }
}

namespace Autoreduction.Contract;

/// <summary>One key of a section: its name, and what makes the section with a value that was read.</summary>
internal sealed record SettingKey<T>(string Name, Func<T, SettingValue, T> Set);

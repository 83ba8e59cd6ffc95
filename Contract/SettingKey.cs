namespace Autoreduction.Contract;

/// <summary>One key of a section: its name, its value as it is shown, and what makes the section with a value that was read.</summary>
internal sealed record SettingKey<T>(string Name, Func<T, object> Get, Func<T, SettingValue, T> Set);

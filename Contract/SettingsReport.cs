namespace Autoreduction.Contract;

/// <summary>What a check found.</summary>
/// <param name="Errors">What makes the settings useless.</param>
/// <param name="Warnings">What a person should know of.</param>
public sealed record SettingsReport(IReadOnlyList<SettingsError> Errors, IReadOnlyList<SettingsError> Warnings);

namespace Autoreduction.Contract;

/// <summary>The settings can't be used; every reason at once.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All that is wrong, in the order of the file.</summary>
    public IReadOnlyList<SettingsError> Errors { get; } = errors;
}

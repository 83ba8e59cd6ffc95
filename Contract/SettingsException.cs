namespace Autoreduction.Contract;

/// <summary>The settings can't be used; every reason at once.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All that is wrong, in the order of the file.</summary>
    public IReadOnlyList<SettingsError> Errors { get; } = errors;

    /// <summary>
    /// The settings with what is wrong at its default, for who asks a daemon that runs; null where the file isn't TOML, or
    /// where it may be wrong about which daemon that is.
    /// </summary>
    public Settings? ForAsking { get; init; }
}

namespace Autoreduction.Contract;

/// <summary>One thing that is wrong in the settings.</summary>
/// <param name="Where">File and line, or the environment variable.</param>
/// <param name="Key">The key, with its section.</param>
/// <param name="Problem">What is wrong and what is expected.</param>
public sealed record SettingsError(string Where, string Key, string Problem)
{
    /// <summary>The error as one line for people.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Where}: {Problem}" : $"{Where}: {Key}: {Problem}";
}

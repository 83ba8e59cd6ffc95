namespace Autoreduction.Contract;

/// <summary>Reads the settings: a TOML file, overridden key by key by the environment, all errors at once.</summary>
public static class SettingsFile
{
    /// <summary>The file that is read where neither option nor environment names one.</summary>
    public const string DefaultPath = "/etc/autoreduction/autoreduction.toml";

    /// <summary>The environment variable that names the file.</summary>
    public const string PathVariable = "AUTOREDUCTION_CONFIG";

    /// <summary>The environment variable that holds the broker's passcode.</summary>
    public const string PasswordVariable = "AUTOREDUCTION__BROKER__PASSWORD";

    /// <summary>The file to read: the option's, the environment's, or the default.</summary>
    public static string Find(string? option, IReadOnlyDictionary<string, string> environment) =>
        option ?? (environment.GetValueOrDefault(PathVariable) is { Length: > 0 } path ? path : DefaultPath);

    /// <summary>Reads and checks <paramref name="path"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="environment">Variables; <c>AUTOREDUCTION__SECTION__KEY</c> overrides a key.</param>
    /// <param name="check">What to look at on this machine too; null: nothing.</param>
    /// <exception cref="SettingsException">It can't be read, or something in it is wrong; lists everything that is.</exception>
    public static Settings Load(string path, IReadOnlyDictionary<string, string> environment, SettingsCheck? check = null)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, environment, check);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([new(path, "", $"can't be read: {e.Message} Name another file with --config or {PathVariable}.")]);
        }
    }

    /// <summary>Checks the text of a settings file.</summary>
    /// <param name="toml">The text.</param>
    /// <param name="name">What errors call the file.</param>
    /// <param name="environment">Variables; <c>AUTOREDUCTION__SECTION__KEY</c> overrides a key.</param>
    /// <param name="check">What to look at on this machine too; null: nothing.</param>
    /// <exception cref="SettingsException">Something is wrong; lists everything that is.</exception>
    public static Settings Parse(string toml, string name, IReadOnlyDictionary<string, string> environment, SettingsCheck? check = null)
    {
        var document = SettingsDocument.Parse(toml, name);
        var errors = document.Errors.ToList();
        if (document.IsBroken)
        {
            throw new SettingsException(errors);
        }

        var builder = new SettingsBuilder(errors);
        builder.CheckSections(document.Sections, name);
        var settings = builder.Build([.. document.Entries, .. SettingsEnvironment.Entries(environment)]) with
        {
            BrokerPassword = environment.GetValueOrDefault(PasswordVariable),
        };

        // A key that can't be read is at its default here, which nobody chose: that is not worth a second error.
        var bad = errors.Select(error => error.Key).ToHashSet();
        errors.AddRange(SettingsRules.Errors(settings).Where(error => !bad.Contains(error.Key)));
        var report = check?.Of(settings) ?? new SettingsReport([], []);
        errors.AddRange(report.Errors.Where(error => !bad.Contains(error.Key)));
        return errors.Count == 0
            ? settings with { Warnings = [.. SettingsRules.Warnings(settings), .. report.Warnings] }
            : throw new SettingsException([.. errors.OrderBy(error => LineOf(error, name))]) { ForAsking = errors.TrueForAll(IsNotOfDaemon) ? settings : null };
    }

    // Of a section that is known: "[demon]" would have been another daemon's.
    private static bool IsNotOfDaemon(SettingsError error) =>
        error.Key.Split('.') is ["broker" or "queues" or "neighbours" or "reduction", _, ..];

    // In the order of the file; the environment's, and what stands nowhere, last.
    private static int LineOf(SettingsError error, string name) =>
        error.Where.StartsWith($"{name}:", StringComparison.Ordinal) && int.TryParse(error.Where.AsSpan(name.Length + 1), out var line) ? line : int.MaxValue;
}

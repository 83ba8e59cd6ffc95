using Tomlyn.Parsing;
using Tomlyn.Syntax;

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
        option ?? environment.GetValueOrDefault(PathVariable) ?? DefaultPath;

    /// <summary>Reads and checks <paramref name="path"/>.</summary>
    /// <exception cref="SettingsException">It can't be read, or something in it is wrong; lists everything that is.</exception>
    public static Settings Load(string path, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, environment);
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
    /// <exception cref="SettingsException">Something is wrong; lists everything that is.</exception>
    public static Settings Parse(string toml, string name, IReadOnlyDictionary<string, string> environment)
    {
        var errors = new List<SettingsError>();
        var document = SyntaxParser.Parse(toml, name);
        foreach (var diagnostic in document.Diagnostics)
        {
            errors.Add(new($"{name}:{diagnostic.Span.Start.Line + 1}", "", diagnostic.Message));
        }

        if (document.HasErrors)
        {
            throw new SettingsException(errors);
        }

        var entries = Entries(document, name).Concat(SettingsEnvironment.Entries(environment)).ToList();
        var settings = new SettingsBuilder(errors).Build(entries);
        return errors.Count == 0
            ? settings with { BrokerPassword = environment.GetValueOrDefault(PasswordVariable) }
            : throw new SettingsException(errors);
    }

    private static IEnumerable<SettingEntry> Entries(DocumentSyntax document, string name)
    {
        foreach (var pair in document.KeyValues)
        {
            yield return Entry([], pair, name);
        }

        foreach (var table in document.Tables)
        {
            var section = table.Name is null ? [] : TomlValues.KeyParts(table.Name).ToList();
            foreach (var pair in table.Items)
            {
                yield return Entry(section, pair, name);
            }
        }
    }

    // A dotted key is the same as a key in a section: daemon.max_jobs = 4.
    private static SettingEntry Entry(List<string> section, KeyValueSyntax pair, string name)
    {
        var parts = section.Concat(TomlValues.KeyParts(pair.Key!)).ToList();
        return new(parts[..^1], parts[^1], new SettingValue(TomlValues.Of(pair.Value!)), $"{name}:{pair.Span.Start.Line + 1}");
    }
}

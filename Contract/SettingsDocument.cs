using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Autoreduction.Contract;

/// <summary>A settings file as TOML: its sections and its entries, and what is wrong with its form.</summary>
internal sealed class SettingsDocument
{
    private readonly string _name;
    private readonly List<SettingEntry> _entries = [];
    private readonly List<(IReadOnlyList<string> Section, int Line)> _sections = [];
    private readonly List<SettingsError> _errors = [];

    private SettingsDocument(string name) => _name = name;

    /// <summary>Every <c>key = value</c>, in the order of the file.</summary>
    public IReadOnlyList<SettingEntry> Entries => _entries;

    /// <summary>Every header of a section, with its line.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Section, int Line)> Sections => _sections;

    /// <summary>What is wrong with the form.</summary>
    public IReadOnlyList<SettingsError> Errors => _errors;

    /// <summary>Whether it is no TOML at all, so that entries may be missing.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reads TOML; <paramref name="name"/> is what errors call the file.</summary>
    public static SettingsDocument Parse(string toml, string name)
    {
        var document = new SettingsDocument(name);

        // Not validated: what stands twice is told below with all other errors, and without its value.
        if (document.TryParse(toml) is not { } syntax)
        {
            return document;
        }

        foreach (var diagnostic in syntax.Diagnostics)
        {
            document.Error(diagnostic.Span.Start.Line + 1, "", Words(diagnostic.Message, toml, diagnostic.Span.Start.Line));
        }

        document.IsBroken = syntax.HasErrors;
        if (!document.IsBroken)
        {
            document.Read(syntax);
        }

        return document;
    }

    private DocumentSyntax? TryParse(string toml)
    {
        try
        {
            return SyntaxParser.Parse(toml, _name, validate: false);
        }
        catch (ArgumentException e)
        {
            // Tomlyn, for escapes of characters that don't exist, as \ud800 for one half of a pair.
            Error(1, "", $"is not TOML: {e.Message}");
            IsBroken = true;
            return null;
        }
    }

    private void Read(DocumentSyntax syntax)
    {
        foreach (var pair in syntax.KeyValues)
        {
            Add([], pair);
        }

        foreach (var table in syntax.Tables)
        {
            var section = table.Name is null ? [] : TomlValues.KeyParts(table.Name).ToList();
            var line = table.Span.Start.Line + 1;
            if (table is TableArraySyntax)
            {
                Error(line, string.Join('.', section), "stands in double brackets; write [section], and lists as key = [ … ]");
                continue;
            }

            if (_sections.FirstOrDefault(other => other.Section.SequenceEqual(section)) is { Section: not null } first)
            {
                Error(line, string.Join('.', section), $"is a section that stands at line {first.Line} already; put its keys there");
            }

            _sections.Add((section, line));
            foreach (var pair in table.Items)
            {
                Add(section, pair);
            }
        }
    }

    // A dotted key is the same as a key in a section: daemon.max_jobs = 4. So is an inline table: daemon = { max_jobs = 4 }.
    private void Add(List<string> section, KeyValueSyntax pair)
    {
        var parts = section.Concat(TomlValues.KeyParts(pair.Key!)).ToList();
        if (pair.Value is InlineTableSyntax table)
        {
            foreach (var item in table.Items.Select(item => item.KeyValue).OfType<KeyValueSyntax>())
            {
                Add(parts, item);
            }

            return;
        }

        var line = pair.Span.Start.Line + 1;
        var entry = new SettingEntry(parts[..^1], parts[^1], new SettingValue(TomlValues.Of(pair.Value!)), $"{_name}:{line}", line);
        if (_entries.FirstOrDefault(other => other.Key == entry.Key) is { } first)
        {
            Error(line, entry.Key, $"is set at line {first.Line} already; remove one of the two");
            return;
        }

        _entries.Add(entry);
    }

    private void Error(int line, string key, string problem) => _errors.Add(new($"{_name}:{line}", key, problem));

    // The parser's words may quote what stands in the line; a secret shall not be among it.
    private static string Words(string message, string toml, int line) =>
        toml.Split('\n').ElementAtOrDefault(line)?.Contains("pass", StringComparison.OrdinalIgnoreCase) == true
            ? "is not TOML; the line is not shown, since it may hold a secret. Texts stand in quotes: key = \"text\""
            : message;
}

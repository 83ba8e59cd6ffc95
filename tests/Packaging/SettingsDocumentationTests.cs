using System.Text.RegularExpressions;
using Autoreduction.Contract;
using Autoreduction.Tests.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>Conffile and man page explain every key, with its true default.</summary>
public sealed partial class SettingsDocumentationTests
{
    private static readonly (string Section, string Name, string Value)[] Defaults = [.. SettingsText.Entries(new Settings())];

    [Test]
    public void The_conffile_as_it_is_shipped_changes_nothing()
    {
        var settings = SettingsToml.Parse(File.ReadAllText(Repository.PathOf("packaging/autoreduction.toml")));

        Assert.That(settings.Origins, Is.Empty);
        Assert.That(settings.Warnings, Is.Empty);
    }

    [Test]
    public void The_conffile_has_every_key_commented_out_at_its_default()
    {
        var lines = Repository.LinesOf("packaging/autoreduction.toml").TakeWhile(line => !line.StartsWith("#[reduction.instruments."));

        var settings = SettingsToml.Parse(string.Join('\n', lines.Select(line => CommentedKey().IsMatch(line) ? line[1..] : line)));

        Assert.That(settings.Origins.Keys, Is.EquivalentTo(Defaults.Select(entry => $"{entry.Section}.{entry.Name}")));
        Assert.That(SettingsText.Entries(settings), Is.EqualTo(Defaults));
    }

    [Test]
    public void The_conffile_explains_every_key()
    {
        // A comment stands above each group of keys.
        var lines = Repository.LinesOf("packaging/autoreduction.toml");
        var unexplained = Enumerable.Range(1, lines.Length - 1).Where(index =>
            CommentedKey().IsMatch(lines[index]) && !lines[index - 1].StartsWith('#'));

        Assert.That(unexplained.Select(index => lines[index]), Is.Empty);
    }

    [Test]
    public void The_man_page_explains_every_key_with_its_default()
    {
        var section = "";
        var told = new List<(string Section, string Name, string Value)>();
        foreach (var line in Repository.LinesOf("packaging/man/autoreduction.toml.5"))
        {
            section = SectionHeader().Match(line) is { Success: true } header ? header.Groups[1].Value : section;
            if (KeyItem().Match(line) is { Success: true } item)
            {
                told.Add((section, item.Groups[1].Value, item.Groups[2].Value.Replace(@"\(dq", "\"").Replace(@"\e", @"\").Replace(@"\:", "")));
            }
        }

        Assert.That(told, Is.EquivalentTo(Defaults));
    }

    [GeneratedRegex(@"^#[a-z_]+ = ")]
    private static partial Regex CommentedKey();

    [GeneratedRegex(@"^\.Sh \[(.*)\]$")]
    private static partial Regex SectionHeader();

    [GeneratedRegex(@"^\.It Va ""([a-z_]+) = (.*)""$")]
    private static partial Regex KeyItem();
}

using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>Man pages say what the programs say of themselves, and are good man pages.</summary>
public sealed partial class ManPageTests
{
    private static readonly string[] Everywhere = ["--config", "--help", "--version"];

    [TestCase("autoreduction-ctl")]
    [TestCase("post-process-admin")]
    [CancelAfter(120_000)]
    public async Task Commands_and_options_are_those_of_the_help(string program, CancellationToken token)
    {
        var page = OptionsByCommand(program);
        var root = await HelpAsync(program, token);

        Assert.That(page.Keys, Is.EquivalentTo(Listed(root, "Commands:", CommandLine())));
        foreach (var (command, options) in page)
        {
            var help = await HelpAsync(program, token, command);
            Assert.That(options.Except(Everywhere), Is.EquivalentTo(Listed(help, "Options:", OptionLine()).Except(Everywhere)), $"{program} {command}");
        }
    }

    [TestCase("autoreduction-ctl.8")]
    [TestCase("autoreduction-processor.8")]
    [TestCase("post-process-admin.8")]
    [TestCase("autoreduction.toml.5")]
    [CancelAfter(60_000)]
    public async Task A_page_is_set_without_a_warning(string page, CancellationToken token)
    {
        var (code, said) = await Repository.RunAsync("/bin/sh", token, "-c", $"groff -mandoc -Tutf8 -wall packaging/man/{page} 2>&1 >/dev/null");

        Assert.That((code, said), Is.EqualTo((0, "")));
    }

    private static async Task<string[]> HelpAsync(string program, CancellationToken token, params string[] command)
    {
        var (code, said) = await Repository.RunAsync(Repository.Program(program), token, [.. command, "--help"]);
        Assert.That(code, Is.Zero, said);
        return said.Split('\n');
    }

    // What a help lists below a heading.
    private static IEnumerable<string> Listed(string[] help, string heading, Regex line) => help
        .SkipWhile(text => text.Trim() != heading).Skip(1)
        .TakeWhile(text => text.Length == 0 || text.StartsWith(' '))
        .Select(text => line.Match(text)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    private static Dictionary<string, List<string>> OptionsByCommand(string program)
    {
        var commands = new Dictionary<string, List<string>>();
        List<string>? options = null;
        foreach (var line in Repository.LinesOf($"packaging/man/{program}.8").SkipWhile(line => line != ".Sh COMMANDS").Skip(1).TakeWhile(line => !line.StartsWith(".Sh")))
        {
            if (CommandItem().Match(line) is { Success: true } item)
            {
                commands[item.Groups[1].Value] = options = [];
            }
            else if (OptionItem().Match(line) is { Success: true } option)
            {
                options!.Add($"-{option.Groups[1].Value}");
            }
        }

        return commands;
    }

    [GeneratedRegex(@"^\.It Ic ([a-z-]+)")]
    private static partial Regex CommandItem();

    [GeneratedRegex(@"^\.It Fl (-[a-z-]+)")]
    private static partial Regex OptionItem();

    [GeneratedRegex(@"^  ([a-z][a-z-]*)")]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^  (?:-\S+, )*(--[a-z-]+)")]
    private static partial Regex OptionLine();
}

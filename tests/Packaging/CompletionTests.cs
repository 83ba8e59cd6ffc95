using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>Completion by bash and zsh, asked as the shells ask it.</summary>
public sealed partial class CompletionTests
{
    private const string Bash = """
        . packaging/completion/autoreduction.bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _autoreduction "$1"; echo "${COMPREPLY[*]}"
        """;

    private const string Zsh = """
        _files() { echo FILES }
        compadd() { shift; echo $@ }
        complete() { source packaging/completion/_autoreduction }
        words=($@); CURRENT=$#; complete
        """;

    [TestCase("autoreduction-ctl|st", "start status stop")]
    [TestCase("autoreduction-ctl|--config|x.toml|restar", "restart")]
    [TestCase("autoreduction-ctl|stop|--d", "--drain")]
    [TestCase("autoreduction-ctl|--config|packagin", "packaging")]
    [TestCase("post-process-admin|run|--job", "--job-directory")]
    [CancelAfter(60_000)]
    public async Task Bash_completes(string words, string completions, CancellationToken token)
    {
        Assert.That(await AskAsync(["bash", "-c", Bash, "bash"], words, token), Is.EqualTo(completions));
    }

    [TestCase("autoreduction-ctl|st", "start status stop restart")]
    [TestCase("autoreduction-ctl|stop|--dr", "--drain")]
    [TestCase("autoreduction-ctl|--config|pack", "FILES")]
    [Category("Full")]
    [CancelAfter(60_000)]
    public async Task Zsh_completes(string words, string completions, CancellationToken token)
    {
        Assert.That(await AskAsync(["zsh", "-f", "-c", Zsh, "zsh"], words, token), Is.EqualTo(completions));
    }

    [TestCaseSource(nameof(FileOptions))]
    [CancelAfter(60_000)]
    public async Task Bash_completes_the_files_of_every_option_that_takes_one(string words, CancellationToken token)
    {
        Assert.That(await AskAsync(["bash", "-c", Bash, "bash"], $"{words}|packagin", token), Is.EqualTo("packaging"));
    }

    [TestCaseSource(nameof(FileOptions))]
    [Category("Full")]
    [CancelAfter(60_000)]
    public async Task Zsh_completes_the_files_of_every_option_that_takes_one(string words, CancellationToken token)
    {
        Assert.That(await AskAsync(["zsh", "-f", "-c", Zsh, "zsh"], $"{words}|pack", token), Is.EqualTo("FILES"));
    }

    // By the man pages, which have all options: a program and what stands before a file.
    private static IEnumerable<string> FileOptions =>
        from program in (string[])["autoreduction-ctl", "post-process-admin"]
        from line in Repository.LinesOf($"packaging/man/{program}.8")
        let option = FileOption().Match(line)
        where option.Success
        select $"{program}|-{option.Groups[1].Value}";

    private static async Task<string> AskAsync(string[] shell, string words, CancellationToken token)
    {
        var path = $"PATH={AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        var (code, said) = await Repository.RunAsync("/usr/bin/env", token, [path, .. shell, .. words.Split('|')]);
        Assert.That(code, Is.Zero, said);
        return said;
    }

    [GeneratedRegex("^\\.It Fl (-[a-z-]+) Ar (FILE|DIRECTORY)$")]
    private static partial Regex FileOption();
}

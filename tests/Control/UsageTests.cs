using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

[Parallelizable(ParallelScope.All)]
public sealed class UsageTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task An_unknown_word_is_named_and_the_usage_shown(CancellationToken token)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(token, "reload");

        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.StartWith("Unknown command: reload\nUsage: autoreduction-ctl [--config FILE] start|stop|restart|status").And.EndsWith("\nSee autoreduction-ctl --help"));
    }

    [Test]
    public async Task Options_that_are_missing_are_named_together_with_where_to_read_on()
    {
        await using var installation = Installation.Create();

        Assert.That(await installation.CtlAsync(CancellationToken.None, "cancel"), Is.EqualTo((2, "Option '--run' is required.\nOption '--rb' is required.\nSee autoreduction-ctl cancel --help")));
    }

    [Test]
    public async Task Without_a_word_there_is_the_usage()
    {
        var (code, said) = await Programs.RunAsync([Path.Combine(AppContext.BaseDirectory, "autoreduction-ctl")], default);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.Match(@"^Required command was not provided\.\nUsage: .*\nSee autoreduction-ctl --help$"));
    }

    [TestCase("start", "--backwards")]
    [TestCase("status", "now")]
    [CancelAfter(60_000)]
    public async Task Wrong_use_is_told_with_code_2(string verb, string argument, CancellationToken token)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(token, verb, argument);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.Contain(argument).And.EndsWith($"\nSee autoreduction-ctl {verb} --help").And.Not.Contain("Usage:"));
    }

    [TestCase(2, "--drain and --now exclude each other", "stop", "--drain", "--now")]
    [TestCase(2, "--lines must not be negative", "logs", "--lines", "-5")]
    [TestCase(3, "AUTOREDUCTION UNKNOWN: --warning 9 is above --critical 8", "check", "--warning", "9", "--critical", "8")]
    [TestCase(3, "AUTOREDUCTION UNKNOWN: --warning -1 is negative", "check", "--warning", "-1")]
    [CancelAfter(60_000)]
    public async Task What_makes_no_sense_is_told(int expected, string words, string verb, params string[] arguments)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(CancellationToken.None, [verb, .. arguments]);

        Assert.That(code, Is.EqualTo(expected));
        Assert.That(said, Does.StartWith(words));
    }

    [TestCase("status", 2, "--config names no file")]
    [TestCase("check", 3, "AUTOREDUCTION UNKNOWN: --config names no file")]
    public async Task A_settings_file_without_a_name_is_told(string verb, int expected, string words)
    {
        var (code, said) = await Programs.RunAsync([Path.Combine(AppContext.BaseDirectory, "autoreduction-ctl"), "--config", "", verb], default);

        Assert.That((code, said.TrimEnd()), Is.EqualTo((expected, words)));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Check_config_lists_all_mistakes_with_file_line_and_key(CancellationToken token)
    {
        await using var installation = Installation.Create();
        File.AppendAllText(installation.SettingsPath, "\n[reduction]\nscript_timout_seconds = 5\nmemory_limit = \"much\"\nscript_user = \"no-such-user\"\n");
        var lines = File.ReadAllLines(installation.SettingsPath);

        var (code, said) = await installation.CtlAsync(token, "check-config");

        Assert.That(code, Is.EqualTo(78), said);
        foreach (var (key, words) in (ReadOnlySpan<(string, string)>)[("script_timout_seconds", "unknown key; did you mean script_timeout_seconds?"), ("memory_limit", "should be"), ("script_user", "this machine has no user \"no-such-user\"")])
        {
            var line = 1 + Array.FindIndex(lines, text => text.StartsWith(key, StringComparison.Ordinal));
            Assert.That(said, Does.Contain($"{installation.SettingsPath}:{line}: reduction.{key}: {words}"));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_submit_to_a_broker_that_makes_no_sense_names_the_setting(CancellationToken token)
    {
        await using var installation = Installation.Create();
        File.WriteAllText(installation.SettingsPath, File.ReadAllText(installation.SettingsPath).Replace("tcp://", "http://", StringComparison.Ordinal));

        var (code, said) = await installation.CtlAsync(token, "submit", "--instrument", "LET", "--run", "1", "--rb", "1", "--data", "x");

        Assert.That(code, Is.EqualTo(78), said);
        Assert.That(said, Does.Contain("broker.uri: "));
    }
}

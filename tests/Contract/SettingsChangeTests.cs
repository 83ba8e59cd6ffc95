using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

public sealed class SettingsChangeTests
{
    private static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    [Test]
    public void What_changed_is_named_and_whether_it_takes_a_restart()
    {
        var change = SettingsChange.Between(
            Parse("[broker]\nheartbeat_seconds = 10\n[daemon]\nmax_jobs = 2\n[reduction.instruments.LET]\nmin_free_space = \"1GiB\"\nscript_timeout_seconds = 7\n"),
            Parse("[broker]\nheartbeat_seconds = 11\n[daemon]\nmax_jobs = 3\nhttp_address = \"127.0.0.1:80\"\n[reduction.instruments.LET]\nmin_free_space = \"2GiB\"\n"));

        Assert.That(change.AtOnce, Is.EquivalentTo(new[] { "daemon.max_jobs", "reduction.instruments.LET.min_free_space", "reduction.instruments.LET.script_timeout_seconds" }));
        Assert.That(change.WithRestart, Is.EquivalentTo(new[] { "broker.heartbeat_seconds", "daemon.http_address" }));
    }

    [Test]
    public void Settings_that_say_the_same_in_other_words_have_not_changed()
    {
        var change = SettingsChange.Between(Parse(""), Parse("[daemon]\nmax_attempts = 3\n"));

        Assert.That(change.AtOnce.Concat(change.WithRestart), Is.Empty);
    }

    private static Settings Parse(string toml) => SettingsFile.Parse(toml, "settings.toml", NoEnvironment);
}

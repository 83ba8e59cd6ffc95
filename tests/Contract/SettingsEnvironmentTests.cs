using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>Overrides by the environment, and what is secret in it.</summary>
public sealed class SettingsEnvironmentTests
{
    [Test]
    public void Of_the_environment_of_a_program_those_that_it_starts_get_what_scripts_need() => Assert.That(
        SettingsEnvironment.PassedOn(new Dictionary<string, string> { ["PATH"] = "/bin", ["PYTHONPATH"] = "/opt", ["PYTHONUSERBASE"] = "/base", ["LC_ALL"] = "C", ["SECRET"] = "s" }).Keys,
        Is.EquivalentTo(new[] { "PATH", "PYTHONPATH", "PYTHONUSERBASE", "LC_ALL" }));

    [Test]
    public void The_environment_wins_over_the_file_and_is_told_as_the_origin()
    {
        var settings = SettingsToml.Parse("[daemon]\nmax_jobs = 4\n", new() { ["AUTOREDUCTION__DAEMON__MAX_JOBS"] = "7" });

        Assert.That(settings.Daemon.MaxJobs, Is.EqualTo(7));
        Assert.That(settings.WhereOf("daemon.max_jobs"), Is.EqualTo("environment variable AUTOREDUCTION__DAEMON__MAX_JOBS"));
    }

    [Test]
    public void One_instruments_key_can_be_overridden()
    {
        var settings = SettingsToml.Parse(
            "[reduction.instruments.ENGINX]\nscript_timeout_seconds = 60\nmemory_limit = 5\n",
            new() { ["AUTOREDUCTION__REDUCTION__INSTRUMENTS__ENGINX__SCRIPT_TIMEOUT_SECONDS"] = "90" });

        Assert.That(settings.ReductionOf("EnginX").ScriptTimeout, Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That(settings.ReductionOf("EnginX").MemoryLimit, Is.EqualTo(5));
        Assert.That(settings.Reduction.ScriptTimeout, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [TestCase("AUTOREDUCTION__DAEMON__MAX_JOB", "1", "daemon.max_job: unknown key; did you mean max_jobs?")]
    [TestCase("AUTOREDUCTION__DAEMON__MAX_JOBS", "many", "daemon.max_jobs: should be a whole number of at least 0, not \"many\"")]
    [TestCase("AUTOREDUCTION__MAX_JOBS", "1", "max_jobs: stands outside of a section")]
    [TestCase("AUTOREDUCTION__BROKR__URI", "x", "brokr.uri: unknown section [brokr]; did you mean broker?")]
    [TestCase("AUTOREDUCTION__REDUCTION__PYTHON", "/usr/bin/python3", "reduction.python: should be a list of texts such as [\"a\", \"b\"]")]
    public void An_error_in_the_environment_names_the_variable(string variable, string value, string error)
    {
        Assert.That(SettingsToml.ErrorsOf("", new() { [variable] = value }).Single(), Does.StartWith($"environment variable {variable}: {error}"));
    }

    [Test]
    public void Errors_of_file_and_environment_come_together_the_files_first()
    {
        var errors = SettingsToml.ErrorsOf("[daemon]\nmax_attempts = 0\n", new() { ["AUTOREDUCTION__BROKER__PREFETCH"] = "-1" });

        Assert.That(errors.Select(error => error.Split(": ")[1]), Is.EqualTo(new[] { "daemon.max_attempts", "broker.prefetch" }));
    }

    [Test]
    public void Variables_of_other_purposes_are_left_alone()
    {
        Assert.DoesNotThrow(() => SettingsToml.Parse("", new() { [SettingsFile.PathVariable] = "/x", [JobFiles.TagVariable] = "j", ["PATH"] = "/bin" }));
    }

    [Test]
    public void The_passcode_comes_from_the_environment_and_is_never_shown()
    {
        var settings = SettingsToml.Parse("[broker]\npassword_file = \"/p\"\n", new() { [SettingsFile.PasswordVariable] = "hunter2" });

        Assert.That(settings.BrokerPassword, Is.EqualTo("hunter2"));
        Assert.That(SettingsText.Of(settings), Does.Not.Contain("hunter2").And.Contains("# password: environment variable AUTOREDUCTION__BROKER__PASSWORD"));
    }

    [TestCase("[broker]\npassword_file = hunter2\n")]
    [TestCase("[broker]\npassword = \"hunter2\"\n")]
    [TestCase("[broker]\npassword_file = \"hunter2\n")]
    [TestCase("[broker]\npassword_file = [\"hunter2\"]\n")]
    [TestCase("[broker]\nuri = \"tcp://u:hunter2@b\"\nuri = \"tcp://u:hunter2@b\"\n")]
    [TestCase("[broker]\nuri = \"stomp:tcp://u:hunter2@b:1\"\n")]
    public void A_secret_that_stands_where_it_shouldnt_is_not_repeated(string text)
    {
        Assert.That(string.Join('\n', SettingsToml.ErrorsOf(text)), Does.StartWith("a.toml:").And.Not.Contains("hunter2"));
    }

    [Test]
    public void An_empty_password_file_means_no_passcode()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.That(BrokerPassword.Of(new BrokerSettings { PasswordFile = path }, null), Is.Null);
            File.WriteAllText(path, "one\ntwo\n");
            Assert.That(BrokerPassword.Of(new BrokerSettings { PasswordFile = path }, null), Is.EqualTo("one"));
            Assert.That(BrokerPassword.Of(new BrokerSettings { PasswordFile = path }, "environment's"), Is.EqualTo("environment's"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}

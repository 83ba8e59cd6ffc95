using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>Settings against a machine: a private directory that has what they name, but for one thing.</summary>
public sealed class SettingsCheckTests
{
    private static readonly SettingsCheck Check = new(
        directory => FileSystem.WhyUnsafe(directory), uri => BrokerUri.Parse(uri), name => UserAccount.Find(name) is not null);
    private string _root = "";

    [SetUp]
    public void MakeMachine()
    {
        _root = Directory.CreateTempSubdirectory("settings-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results"])
        {
            Directory.CreateDirectory($"{_root}/{name}");
        }

        File.WriteAllText($"{_root}/secret", "hunter2\n");
        File.SetUnixFileMode($"{_root}/secret", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.WriteAllText($"{_root}/plain", "");
    }

    [TearDown]
    public void RemoveMachine() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_machine_that_fits_brings_no_word()
    {
        Assert.That(Good("").Warnings, Is.Empty);
    }

    [TestCase("[broker]\nuri = \"http://b\"", "broker.uri: \"http://b\": scheme http is not known")]
    [TestCase("[broker]\npassword_file = \"ROOT/none\"", "broker.password_file: can't be read: ")]
    [TestCase("[broker]\npassword_file = \"ROOT/run\"", "broker.password_file: can't be read: ")]
    [TestCase("[broker]\npassword_file = \"ROOT/plain\"", "broker.password_file: ROOT/plain is open to every user of this machine; chmod o-rwx ROOT/plain")]
    [TestCase("[broker]\nca_file = \"ROOT/none\"", "broker.ca_file: can't be read: ")]
    [TestCase("[broker]\nca_file = \"ROOT/plain\"", "broker.ca_file: ROOT/plain holds no certificate in PEM")]
    [TestCase("daemon.post_process_admin = \"ROOT/none\"", "daemon.post_process_admin: ROOT/none does not exist")]
    [TestCase("daemon.post_process_admin = \"ROOT/plain\"", "daemon.post_process_admin: ROOT/plain may not be executed by anybody; chmod +x ROOT/plain")]
    [TestCase("[reduction]\nscript_user = \"no-such-user\"", "reduction.script_user: this machine has no user \"no-such-user\"; make it (useradd --system no-such-user), or name another")]
    [TestCase("[reduction.instruments.LET]\nscript_user = \"no-such-user\"", "reduction.instruments.LET.script_user: this machine has no user \"no-such-user\"")]
    public void What_makes_a_daemon_useless_is_an_error(string text, string error)
    {
        var said = SettingsToml.ErrorsOf(Machine(text), check: Check).Single();

        Assert.That(said, Does.StartWith("a.toml:").And.Contains(error.Replace("ROOT", _root)));
    }

    [TestCase("[broker]\nmanagement_password_file = \"ROOT/plain\"", "broker.management_password_file: ROOT/plain is open to every user")]
    [TestCase("[reduction.instruments.LET]\npython = [\"ROOT/none\"]", "reduction.instruments.LET.python: ROOT/none does not exist")]
    [TestCase("[reduction.instruments.LET]\nresults_directory = \"ROOT/none/{run_number}\"", "reduction.instruments.LET.results_directory: ROOT/none does not exist on this machine; is its file system mounted?")]
    [TestCase("[reduction.instruments.LET]\nscript_source = \"archive\"\nscripts_directory = \"ROOT/none/{instrument}\"", "reduction.instruments.LET.scripts_directory: ROOT/none does not exist")]
    [TestCase("[reduction.instruments.LET]\npython_path = [\"ROOT/run\", \"ROOT/none\"]", "reduction.instruments.LET.python_path: ROOT/none does not exist")]
    public void What_may_still_come_is_a_warning(string text, string warning)
    {
        Assert.That(Good(text).Warnings.Single().ToString(), Does.StartWith("a.toml:").And.Contains(warning.Replace("ROOT", _root)));
    }

    [TestCase("run", "daemon.pid_file")]
    [TestCase("state", "daemon.state_directory")]
    [TestCase("log", "daemon.log_directory")]
    [TestCase("tmp", "reduction.temporary_directory")]
    public void A_directory_that_others_can_write_to_is_refused(string name, string key)
    {
        foreach (var right in (UnixFileMode[])[UnixFileMode.GroupWrite, UnixFileMode.OtherWrite])
        {
            File.SetUnixFileMode($"{_root}/{name}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | right);

            Assert.That(SettingsToml.ErrorsOf(Machine(""), check: Check).Single(), Does.Contain($"{key}: others can write to {_root}/{name}; chmod go-w"));
        }
    }

    [Test]
    public void A_directory_that_start_can_make_is_no_error_and_one_that_it_cant_is()
    {
        Directory.Delete($"{_root}/state");
        Assert.DoesNotThrow(() => Good(""));
        Directory.Delete($"{_root}/log");
        File.WriteAllText($"{_root}/log", "");

        Assert.That(SettingsToml.ErrorsOf(Machine("[reduction.instruments.LET]\ntemporary_directory = \"/no/where\""), check: Check), Is.EqualTo(new[]
        {
            "a.toml:3: daemon.log_directory: " + $"{_root}/log is not a directory",
            "a.toml:10: reduction.instruments.LET.temporary_directory: /no/where can't be made: /no does not exist",
        }));
    }

    [Test]
    public void A_user_that_the_machine_has_may_run_scripts()
    {
        Assert.That(Good("[reduction]\nscript_user = \"nobody\"\n[reduction.instruments.LET]\nmemory_limit = 1").Warnings, Is.Empty);
    }

    [Test]
    public void A_user_that_is_inherited_is_told_once()
    {
        Assert.That(SettingsToml.ErrorsOf(Machine("[reduction]\nscript_user = \"no-such-user\"\n[reduction.instruments.LET]\nmemory_limit = 1"), check: Check), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_passcode_from_the_environment_needs_no_file()
    {
        var environment = new Dictionary<string, string> { [SettingsFile.PasswordVariable] = "p" };

        Assert.DoesNotThrow(() => SettingsToml.Parse(Machine("[broker]\npassword_file = \"/none\""), environment, Check));
    }

    [Test]
    public void Errors_of_the_file_and_of_the_machine_come_together()
    {
        var errors = SettingsToml.ErrorsOf(Machine("[broker]\nprefetch = -1\nca_file = \"/none\"\nuri = 5"), check: Check);

        Assert.That(errors.Select(error => error.Split(": ")[1]), Is.EqualTo(new[] { "broker.prefetch", "broker.ca_file", "broker.uri" }));
    }

    private Settings Good(string text) => SettingsToml.Parse(Machine(text), check: Check);

    // Keys with dots first: they stand outside of sections.
    private string Machine(string text)
    {
        var own = $"""
            daemon.pid_file = "{_root}/run/d.pid"
            daemon.state_directory = "{_root}/state"
            daemon.log_directory = "{_root}/log"
            reduction.temporary_directory = "{_root}/tmp"
            reduction.results_directory = "{_root}/results/{"{run_number}"}"
            reduction.python = ["/bin/sh"]
            broker.username = "u"

            """;
        var plain = text.Replace("ROOT", _root);
        return text.Contains("post_process_admin") ? own + "\n" + plain : own + "daemon.post_process_admin = \"/bin/sh\"\n" + plain;
    }
}

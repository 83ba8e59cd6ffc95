using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>The file as TOML: form, sections, duplicates, and errors that all come at once.</summary>
public sealed class SettingsFileTests
{
    [Test]
    public void All_errors_are_told_at_once_in_the_order_of_the_file_with_line_and_nearest_key()
    {
        const string text = "[daemon]\nmax_job = 4\nstop_timeout_seconds = \"x\"\n[brokr]\nuri = \"a\"\n[queues]\npending = \"P\"\n";

        Assert.That(SettingsToml.ErrorsOf(text), Is.EqualTo(new[]
        {
            "a.toml:2: daemon.max_job: unknown key; did you mean max_jobs?",
            "a.toml:3: daemon.stop_timeout_seconds: should be a number of seconds, not \"x\"",
            "a.toml:4: brokr: unknown section [brokr]; did you mean broker?; sections are [broker], [queues], [daemon], [neighbours], [reduction] and [reduction.instruments.NAME]",
            "a.toml:7: queues.pending: should be /queue/ and a name without spaces, not \"P\"",
        }));
    }

    [TestCase("[broker]\nuri = \"a", 2)]
    [TestCase("[broker\n", 1)]
    [TestCase("\n\n= 4\n", 3)]
    [TestCase("[daemon]\nmax_jobs = \n", 2)]
    [TestCase("[daemon]\nmax_jobs = 4 5\n", 2)]
    [TestCase("[daemon]\nmax_jobs = 99999999999999999999\n", 2)]
    [TestCase("[daemon]\nstate_directory = /var/lib\n", 2)]
    public void What_is_no_TOML_is_told_with_its_line(string text, int line)
    {
        Assert.That(SettingsToml.ErrorsOf(text), Is.Not.Empty.And.All.StartsWith($"a.toml:{line}: "));
    }

    [TestCase("[daemon]\nmax_jobs = 1\n\nmax_jobs = 2\n", "a.toml:4: daemon.max_jobs: is set at line 2 already; remove one of the two")]
    [TestCase("daemon.max_jobs = 1\n[daemon]\nmax_jobs = 2\n", "a.toml:3: daemon.max_jobs: is set at line 1 already; remove one of the two")]
    [TestCase("[daemon]\n[broker]\n[daemon]\n", "a.toml:3: daemon: is a section that stands at line 1 already; put its keys there")]
    [TestCase("[reduction.instruments.LET]\nmemory_limit = 1\n[reduction.instruments.let]\nmemory_limit = 2\n", "a.toml:4: reduction.instruments.LET.memory_limit: is set at line 2 already; remove one of the two")]
    [TestCase("[[daemon]]\n", "a.toml:1: daemon: stands in double brackets; write [section], and lists as key = [ … ]")]
    [TestCase("max_jobs = 1\n", "a.toml:1: max_jobs: stands outside of a section; sections are [broker], [queues], [daemon], [neighbours], [reduction]")]
    [TestCase("[broker]\npassword = \"s\"\n", "a.toml:2: broker.password: unknown key; did you mean password_file?")]
    [TestCase("[broker]\nzebra = 1\n", "a.toml:2: broker.zebra: unknown key")]
    [TestCase("[reduction.instruments]\nmemory_limit = 1\n", "a.toml:2: reduction.instruments.memory_limit: needs the instrument's name: [reduction.instruments.ENGINX]")]
    [TestCase("[reduction.instruments.\"../x\"]\n", "a.toml:1: reduction.instruments.../x: \"../x\" is no instrument's name; letters, digits, _ and - are")]
    [TestCase("[reduction.instruments.LET]\nmax_jobs = 1\n", "a.toml:2: reduction.instruments.LET.max_jobs: unknown key")]
    public void What_has_no_place_is_told_once(string text, string error)
    {
        Assert.That(SettingsToml.ErrorsOf(text), Is.EqualTo(new[] { error }));
    }

    [TestCase("[daemon]\nmax_jobs = 7")]
    [TestCase("daemon.max_jobs = 7")]
    [TestCase("daemon = { max_jobs = 7 }")]
    [TestCase("\"daemon\".'max_jobs' = 7")]
    [TestCase("[daemon] # four\r\nmax_jobs = 0x7 # seven\r\n")]
    public void Every_form_that_TOML_has_for_a_key_is_the_same(string text)
    {
        Assert.That(SettingsToml.Parse(text).Daemon.MaxJobs, Is.EqualTo(7));
    }

    [Test]
    public void An_instrument_has_what_it_doesnt_override_from_the_reduction_section_wherever_that_stands()
    {
        var settings = SettingsToml.Parse("[reduction.instruments.EnginX]\nscript_timeout_seconds = 7200\n[reduction]\nmemory_limit = \"2GiB\"\n");

        Assert.That(settings.ReductionOf("enginx").ScriptTimeout, Is.EqualTo(TimeSpan.FromHours(2)));
        Assert.That(settings.ReductionOf("enginx").MemoryLimit, Is.EqualTo(2L << 30));
        Assert.That(settings.ReductionOf("LET").ScriptTimeout, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void A_file_that_cant_be_read_is_told_with_the_way_out()
    {
        var error = Assert.Throws<SettingsException>(() => SettingsFile.Load("/nowhere/a.toml", SettingsToml.NoEnvironment))!.Message;

        Assert.That(error, Does.StartWith("/nowhere/a.toml: can't be read: ").And.Contains("--config"));
    }

    [TestCase(@"\\isis\inst$\NDXLET\a.nxs", "/isis/NDXLET/a.nxs")]
    [TestCase(@"//ISIS.cclrc.ac.uk/inst$/a.nxs", "/isis/a.nxs")]
    [TestCase(@"C:\x\y", "C:/x/y")]
    public void Windows_paths_become_local_ones(string path, string expected)
    {
        Assert.That(PathMap.ToLocal(path, new ReductionSettings().PathMap), Is.EqualTo(expected));
    }
}

using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

public sealed class SettingsFileTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    [Test]
    public void All_errors_are_told_at_once_with_line_and_nearest_key()
    {
        const string text = "[daemon]\nmax_job = 4\nstop_timeout_seconds = \"x\"\n[brokr]\nuri = \"a\"\n";

        var errors = Assert.Throws<SettingsException>(() => SettingsFile.Parse(text, "a.toml", NoEnvironment))!.Message;

        Assert.That(errors, Does.Contain("a.toml:2: daemon.max_job: unknown key; did you mean max_jobs?"));
        Assert.That(errors, Does.Contain("a.toml:3: daemon.stop_timeout_seconds"));
        Assert.That(errors, Does.Contain("did you mean broker?"));
    }

    [Test]
    public void The_environment_overrides_the_file_and_an_instrument_its_section()
    {
        const string text = "[daemon]\nmax_jobs = 4\n[reduction]\nmemory_limit = \"2GiB\"\n[reduction.instruments.ENGINX]\nscript_timeout_seconds = 7200\n";
        var environment = new Dictionary<string, string> { ["AUTOREDUCTION__DAEMON__MAX_JOBS"] = "7", ["AUTOREDUCTION__BROKER__PASSWORD"] = "p" };

        var settings = SettingsFile.Parse(text, "a.toml", environment);

        Assert.That(settings.Daemon.MaxJobs, Is.EqualTo(7));
        Assert.That(settings.BrokerPassword, Is.EqualTo("p"));
        Assert.That(settings.ReductionOf("enginx").ScriptTimeout, Is.EqualTo(TimeSpan.FromHours(2)));
        Assert.That(settings.ReductionOf("enginx").MemoryLimit, Is.EqualTo(2L << 30));
        Assert.That(settings.ReductionOf("LET").ScriptTimeout, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [TestCase(@"\\isis\inst$\NDXLET\a.nxs", "/isis/NDXLET/a.nxs")]
    [TestCase(@"//ISIS.cclrc.ac.uk/inst$/a.nxs", "/isis/a.nxs")]
    [TestCase(@"C:\x\y", "C:/x/y")]
    public void Windows_paths_become_local_ones(string path, string expected)
    {
        Assert.That(PathMap.ToLocal(path, new ReductionSettings().PathMap), Is.EqualTo(expected));
    }
}

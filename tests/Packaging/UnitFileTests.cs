using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>The systemd units agree with settings and exit codes, with each other, and with systemd.</summary>
public sealed class UnitFileTests
{
    private static readonly string[] Units = ["autoreduction.service", "autoreduction-forking.service"];

    // What ctl allows beyond the daemon's own times before it kills.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(20);

    [TestCaseSource(nameof(Units))]
    public void Times_are_in_step_with_the_settings(string unit)
    {
        var daemon = new DaemonSettings();

        Assert.That(Seconds(unit, "TimeoutStopSec"), Is.GreaterThanOrEqualTo(daemon.StopTimeout + daemon.KillGrace + StopMargin));
        Assert.That(Seconds(unit, "TimeoutStartSec"), Is.GreaterThan(daemon.StartTimeout));
    }

    [TestCaseSource(nameof(Units))]
    public void A_hand_over_starts_a_successor_and_leaves_reductions_alone_and_bad_settings_start_nothing(string unit)
    {
        Assert.That(Value(unit, "RestartForceExitStatus"), Is.EqualTo(Text(ExitCodes.HandedOver)));
        Assert.That(Value(unit, "SuccessExitStatus"), Is.EqualTo(Text(ExitCodes.HandedOver)));
        Assert.That(Value(unit, "RestartPreventExitStatus"), Is.EqualTo(Text(ExitCodes.BadSettings)));
        Assert.That(Value(unit, "KillMode"), Is.EqualTo("process"));
        Assert.That(Value(unit, "RuntimeDirectoryPreserve"), Is.EqualTo("restart"));
        Assert.That(Lines(unit).Where(line => line.StartsWith("PrivateTmp=") || line.StartsWith("RemoveIPC=")), Is.Empty);
    }

    [TestCaseSource(nameof(Units))]
    public void Directories_are_those_of_the_default_settings(string unit)
    {
        var settings = new Settings();

        Assert.That($"/run/{Value(unit, "RuntimeDirectory")}", Is.EqualTo(settings.Daemon.RunDirectory));
        Assert.That($"/var/log/{Value(unit, "LogsDirectory")}", Is.EqualTo(settings.Daemon.LogDirectory));
        Assert.That(Value(unit, "StateDirectory").Split(' ').Select(name => $"/var/lib/{name}"),
            Is.EqualTo(new[] { settings.Daemon.StateDirectory, settings.Reduction.TemporaryDirectory }));
        if (unit == Units[1])
        {
            Assert.That(Value(unit, "PIDFile"), Is.EqualTo(settings.Daemon.PidFile));
        }
    }

    [Test]
    public void Both_units_differ_only_in_how_they_start()
    {
        string[] own = ["Description", "Conflicts", "Type", "PIDFile", "ExecStart", "WatchdogSec"];

        var rest = Units.Select(unit => Lines(unit).Where(line => !own.Contains(line.Split('=')[0])));

        Assert.That(rest.First(), Is.EqualTo(rest.Last()));
    }

    [TestCaseSource(nameof(Units))]
    [Category("Full")]
    [CancelAfter(60_000)]
    public async Task Systemd_rates_the_sandbox_OK_or_better(string unit, CancellationToken token)
    {
        const int medium = 50;

        var (code, said) = await Repository.RunAsync(
            "systemd-analyze", token, "security", "--offline=true", $"--threshold={medium}", "--no-pager", $"packaging/systemd/{unit}");

        Assert.That(code, Is.Zero, said);
        Assert.That(said, Does.Match(@"Overall exposure level for \S+: \S+ (OK|SAFE|PERFECT)"));
    }

    [TestCase("autoreduction.service", "", "")]
    [TestCase("autoreduction-forking.service", "", "")]
    [TestCase("autoreduction.service", "KillMode=process", "Killmode=process")]
    [TestCase("autoreduction-forking.service", "ExecStart=/usr/bin/", "ExecStart=/usr/no/")]
    [Category("Full")]
    [CancelAfter(60_000)]
    public async Task Systemd_has_nothing_to_say_of_a_unit_without_a_mistake(string unit, string text, string mistake, CancellationToken token)
    {
        // A machine as far as systemd looks at it: its own units, ours, and the programs that they start.
        var root = Directory.CreateTempSubdirectory("verify-").FullName;
        try
        {
            foreach (var directory in (string[])["usr/lib/systemd", "etc/systemd/system", "usr/bin", "bin"])
            {
                Directory.CreateDirectory($"{root}/{directory}");
            }

            Assert.That(await Repository.RunAsync("cp", token, "-r", "/usr/lib/systemd/system", $"{root}/usr/lib/systemd/"), Is.EqualTo((0, "")));
            Executables.Copy("/bin/true", $"{root}/usr/bin/autoreduction-ctl");
            Executables.Copy("/bin/true", $"{root}/bin/sh");
            foreach (var ours in Units)
            {
                var content = await File.ReadAllTextAsync(Repository.PathOf($"packaging/systemd/{ours}"), token);
                await File.WriteAllTextAsync($"{root}/etc/systemd/system/{ours}", text.Length > 0 && ours == unit ? content.Replace(text, mistake) : content, token);
            }

            var (_, said) = await Repository.RunAsync("systemd-analyze", token, "verify", "--man=no", $"--root={root}", unit);

            Assert.That(said, mistake.Length == 0 ? Is.Empty : Does.Contain(unit));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string[] Lines(string unit) =>
        [.. Repository.LinesOf($"packaging/systemd/{unit}").Where(line => line.Length > 0 && line[0] != '#')];

    private static string Value(string unit, string key) =>
        Lines(unit).Single(line => line.StartsWith($"{key}=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static TimeSpan Seconds(string unit, string key) => TimeSpan.FromSeconds(int.Parse(Value(unit, key), CultureInfo.InvariantCulture));

    private static string Text(int code) => code.ToString(CultureInfo.InvariantCulture);
}

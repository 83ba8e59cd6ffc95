using System.Text;
using Autoreduction.Contract;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>The Debian package in the life of a machine, with systemd and without, and a real broker beside it.</summary>
[Category("Full")]
public sealed class PackageTests
{
    private const string Next = "9.9.9";
    private const string Forking = "autoreduction-forking";
    private const string Start = "runuser -u autoreduction -- autoreduction-ctl start";

    // Goes on when there is a file, and tells how often it was begun.
    private const string Patient = """
        import os, time
        def main(input_file, output_dir):
            open("/instrument/begun", "a").write("x")
            while not os.path.exists("/instrument/go"):
                time.sleep(0.1)
            open(output_dir + "done.txt", "w").write("done")
        """;

    private string _debian = "";
    private string _package = "";
    private string _nextPackage = "";
    private string _brokerDirectory = "";
    private PrivateActiveMq _broker = null!;

    [OneTimeSetUp]
    [CancelAfter(1_200_000)]
    public async Task InstallDebianAndBuildPackages()
    {
        // Cancelled by: the time that all of this may take.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(20));
        _package = await BuildAsync([], limit.Token);
        _nextPackage = await BuildAsync([Next], limit.Token);
        _debian = await Machine.InstallDebianAsync(limit.Token);
        _brokerDirectory = Directory.CreateTempSubdirectory("package-broker-").FullName;
        _broker = await PrivateActiveMq.StartAsync(Path.Combine(_brokerDirectory, "broker"), limit.Token);
    }

    [OneTimeTearDown]
    public void RemoveAll()
    {
        _broker?.Dispose();
        foreach (var path in new[] { _debian, _brokerDirectory }.Where(path => path.Length > 0))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(_nextPackage);
    }

    [TestCase("")]
    [TestCase("autoreduction")]
    [TestCase(Forking)]
    [CancelAfter(600_000)]
    public async Task It_is_installed_started_upgraded_under_a_running_reduction_removed_and_purged(string unit, CancellationToken token)
    {
        await using var machine = await MachineAsync(hasSystemd: unit.Length > 0, token);
        var before = await FilesAsync(machine, token);

        // Installed: enabled, but not started.
        Assert.That(await machine.DoAsync("dpkg -i /root/package.deb", token), Does.Contain("installed, and not started"));
        Assert.That(await machine.DoAsync("dpkg --verify autoreduction", token), Is.Empty);
        Assert.That((await machine.RunAsync("autoreduction-ctl status", token)).Code, Is.EqualTo(3));
        Assert.That(await machine.DoAsync("stat -c '%a %U' /var/lib/autoreduction /var/lib/autoreduction/tmp /var/log/autoreduction /run/autoreduction /etc/autoreduction/broker-password", token),
            Is.EqualTo("700 autoreduction\n700 autoreduction\n750 autoreduction\n755 autoreduction\n600 root"));
        Assert.That(await machine.DoAsync("systemctl is-enabled autoreduction", token), Is.EqualTo("enabled"));
        Assert.That(await machine.DoAsync("systemd-analyze verify --man=no autoreduction.service autoreduction-forking.service", token), Is.Empty);

        if (unit == Forking)
        {
            // As the documentation has it: it starts with the machine in the other's place.
            await machine.DoAsync($"systemctl disable autoreduction && systemctl enable {unit}", token);
            await machine.DoAsync($"test -L /etc/systemd/system/multi-user.target.wants/{unit}.service", token);
        }

        // Started, with a run that doesn't end yet.
        Configure(machine);
        await machine.DoAsync("install -d -o autoreduction /instrument && autoreduction-ctl check-config", token);
        await machine.DoAsync(unit.Length > 0 ? $"systemctl start {unit}" : Start, token);
        await machine.DoAsync("autoreduction-ctl submit --file /data/run.json", token);
        await machine.UntilAsync("test -e /instrument/begun", token);
        var pid = await PidAsync(machine, token);

        // Upgraded: another daemon of the new program, the same run, the same settings.
        Assert.That(await machine.DoAsync("dpkg -i /root/next.deb", token), Does.Contain("runs in its new version; running reductions were not touched"));
        await machine.UntilAsync("autoreduction-ctl status", token);
        Assert.That(await PidAsync(machine, token), Is.Not.EqualTo(pid));
        Assert.That(await machine.DoAsync("readlink /proc/$(cat /run/autoreduction/autoreduction-processor.pid)/exe", token), Is.EqualTo("/usr/lib/autoreduction/autoreduction-processor"));
        if (unit.Length > 0)
        {
            Assert.That(await machine.DoAsync($"systemctl show --property=MainPID --value {unit}", token), Is.EqualTo(await PidAsync(machine, token)));
        }

        // Which unit starts with the machine is the administrator's word, also after an upgrade.
        Assert.That((await machine.RunAsync("systemctl is-enabled autoreduction autoreduction-forking", token)).Said, Is.EqualTo(unit == Forking ? "disabled\nenabled" : "enabled\ndisabled"));
        await machine.DoAsync("touch /instrument/go", token);
        await machine.UntilAsync("autoreduction-ctl jobs --all | grep -q Complete", token);
        Assert.That(await machine.DoAsync("cat /instrument/begun", token), Is.EqualTo("x"));
        Assert.That(await machine.DoAsync("cat /instrument/LET/RBNumber/RB1/autoreduced/done.txt", token), Is.EqualTo("done"));

        // Removed: stopped, settings and records stay. Purged: nothing stays but its user.
        await machine.DoAsync("dpkg -r autoreduction", token);
        Assert.That(await machine.DoAsync("grep -l \"^Uid:.$(id -u autoreduction).\" /proc/[0-9]*/status 2>/dev/null || true", token), Is.Empty);
        await machine.DoAsync("test -e /etc/autoreduction/autoreduction.toml && test -d /var/lib/autoreduction/jobs", token);
        await machine.DoAsync("dpkg -P autoreduction", token);
        Assert.That((await FilesAsync(machine, token)).Except(before), Is.Empty);
        await machine.DoAsync("id autoreduction", token);
    }

    [TestCase("autoreduction")]
    [TestCase(Forking)]
    [CancelAfter(600_000)]
    public async Task Under_systemd_the_daemon_reduces_in_its_sandbox_and_stops_with_its_unit(string unit, CancellationToken token)
    {
        await using var machine = await MachineAsync(hasSystemd: true, token);
        await machine.DoAsync("dpkg -i /root/package.deb && install -d -o autoreduction /instrument && touch /instrument/go", token);
        Configure(machine);

        await machine.DoAsync($"systemctl start {unit}", token);
        Assert.That(await machine.DoAsync($"systemctl show --property=MainPID --value {unit}", token), Is.EqualTo(await PidAsync(machine, token)));
        Assert.That(await machine.DoAsync("autoreduction-ctl submit --file /data/run.json --wait", token), Does.Contain("Complete"));
        Assert.That(await machine.DoAsync("cat /instrument/LET/RBNumber/RB1/autoreduced/done.txt", token), Is.EqualTo("done"));
        await machine.DoAsync($"systemctl reload {unit} && systemctl is-active {unit} && systemctl stop {unit}", token);

        Assert.That(await machine.DoAsync($"systemctl show --property=Result --value {unit}", token), Is.EqualTo("success"));
        Assert.That((await machine.RunAsync("autoreduction-ctl status", token)).Code, Is.EqualTo(3));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Under_systemd_scripts_run_as_another_user_with_the_drop_in_of_the_documentation(CancellationToken token)
    {
        await using var machine = await MachineAsync(hasSystemd: true, token);
        await machine.DoAsync("dpkg -i /root/package.deb && useradd --system reduce && install -d -m 777 /instrument && touch /instrument/go", token);
        Configure(machine);
        var settings = $"{machine.Root}/etc/autoreduction/autoreduction.toml";
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("#script_user = \"\"", "script_user = \"reduce\""));
        var documentation = File.ReadAllText(Repository.PathOf("docs/operating.md"));
        var dropIn = documentation[documentation.IndexOf("`script_user` needs", StringComparison.Ordinal)..].Split("```")[1].TrimStart();
        Assert.That(dropIn, Does.StartWith("[Service]\nUser=root\n"));
        machine.Write("/etc/systemd/system/autoreduction.service.d/script-user.conf", dropIn);

        await machine.DoAsync("systemctl daemon-reload && systemctl start autoreduction", token);
        var (code, said) = await machine.RunAsync("autoreduction-ctl submit --file /data/run.json --wait", token);

        Assert.That(code, Is.Zero, said);
        Assert.That(await machine.DoAsync("cat /instrument/LET/RBNumber/RB1/autoreduced/done.txt && echo && stat -c %U /instrument/begun", token), Is.EqualTo("done\nreduce"));
        await machine.DoAsync("systemctl stop autoreduction", token);
        Assert.That(await machine.DoAsync("systemctl show --property=Result --value autoreduction", token), Is.EqualTo("success"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_stop_gives_runs_the_time_of_the_settings_whatever_the_unit_s_limit_and_the_journal_tells_it(CancellationToken token)
    {
        await using var machine = await MachineAsync(hasSystemd: true, token);
        await machine.DoAsync("dpkg -i /root/package.deb && install -d -o autoreduction /instrument", token);
        Configure(machine);
        machine.Write("/etc/systemd/system/autoreduction.service.d/limit.conf", "[Service]\nTimeoutStopSec=2\n");
        await machine.DoAsync("systemctl daemon-reload && systemctl start autoreduction && autoreduction-ctl submit --file /data/run.json", token);
        await machine.UntilAsync("test -e /instrument/begun", token);

        await machine.DoAsync("systemctl stop --no-block autoreduction; (sleep 6; touch /instrument/go) & systemctl stop autoreduction", token);

        Assert.That(await machine.DoAsync("systemctl show --property=Result --value autoreduction", token), Is.EqualTo("success"));
        Assert.That(await machine.DoAsync("autoreduction-ctl jobs --all", token), Does.Contain("Complete"));
        var journal = await machine.DoAsync("journalctl --unit=autoreduction --output=cat --no-pager", token);
        Assert.That(journal, Does.Contain("\nup\n").And.Contain("stopping; 1 jobs may run for 60 s more").And.Contain("ended with exit code 0"));
        Assert.That(await machine.DoAsync("journalctl --unit=autoreduction --priority=warning --output=cat --no-pager", token), Does.Not.Contain("\nup\n"));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_purge_keeps_results_that_are_stored_nowhere_else(CancellationToken token)
    {
        await using var machine = await MachineAsync(hasSystemd: false, token);
        await machine.DoAsync("dpkg -i /root/package.deb", token);
        machine.Write("/var/lib/autoreduction/tmp/kept/KEPT.txt", "storage was full\n");
        machine.Write("/var/lib/autoreduction/tmp/kept/result.nxs", "result");
        machine.Write("/var/lib/autoreduction/tmp/other/left.txt", "left");

        var said = await machine.DoAsync("dpkg -P autoreduction", token);

        Assert.That(said, Does.Contain("/var/lib/autoreduction/tmp/kept stays: its results are stored nowhere else"));
        Assert.That(await machine.DoAsync("find /var/lib/autoreduction -type f | sort", token),
            Is.EqualTo("/var/lib/autoreduction/tmp/kept/KEPT.txt\n/var/lib/autoreduction/tmp/kept/result.nxs"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Lintian_has_nothing_to_say(CancellationToken token)
    {
        Assert.That(await Repository.RunAsync("lintian", token, "--allow-root", "--fail-on=error,warning", _package), Is.EqualTo((0, "")));
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task The_tarball_has_the_same_content(CancellationToken token)
    {
        var (code, said) = await Repository.RunAsync(Repository.PathOf("packaging/build-tarball.sh"), token);
        Assert.That(code, Is.Zero, said);

        var tarball = await Repository.RunAsync("/bin/sh", token, "-c", $"tar -tzf {said.Split('\n')[^1]} | sed 's:/$::' | sort");
        var package = await Repository.RunAsync("/bin/sh", token, "-c", $"dpkg --fsys-tarfile {_package} | tar -t | sed -e 's:^./::' -e 's:/$::' | grep . | sort");

        // What Debian's own policy adds.
        var own = new[] { "usr/share/lintian", "usr/share/lintian/overrides", "usr/share/lintian/overrides/autoreduction", "usr/share/doc/autoreduction/changelog.gz" };
        Assert.That(tarball.Said.Split('\n'), Is.EqualTo(package.Said.Split('\n').Except(own)));
    }

    private static async Task<string> BuildAsync(string[] arguments, CancellationToken token)
    {
        var (code, said) = await Repository.RunAsync(Repository.PathOf("packaging/build-deb.sh"), token, arguments);
        Assert.That(code, Is.Zero, said);
        return said.Split('\n')[^1];
    }

    private async Task<Machine> MachineAsync(bool hasSystemd, CancellationToken token)
    {
        var machine = await Machine.StartAsync(_debian, hasSystemd, token);
        File.Copy(_package, $"{machine.Root}/root/package.deb");
        File.Copy(_nextPackage, $"{machine.Root}/root/next.deb");
        machine.Write("/data/run.nxs", "data");
        machine.Write("/data/run.json", Encoding.UTF8.GetString(JobMessage.Parse("{}"u8).With(
            (MessageKeys.Facility, "ISIS"), (MessageKeys.Instrument, "LET"), (MessageKeys.RbNumber, 1), (MessageKeys.RunNumber, 2),
            (MessageKeys.Data, "/data/run.nxs"), (MessageKeys.ReductionScript, Patient)).ToUtf8()));
        return machine;
    }

    // As an administrator edits the file: by taking comments away.
    private void Configure(Machine machine)
    {
        var path = $"{machine.Root}/etc/autoreduction/autoreduction.toml";
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "#uri = \"stomp:failover:(tcp://127.0.0.1:61613)\"", $"uri = \"stomp:tcp://127.0.0.1:{_broker.Port}\""));
    }

    private static Task<string> PidAsync(Machine machine, CancellationToken token) =>
        machine.DoAsync("cat /run/autoreduction/autoreduction-processor.pid", token);

    // Without what dpkg, systemd and the account tools keep of themselves, and what the test put there.
    private static async Task<string[]> FilesAsync(Machine machine, CancellationToken token) =>
        (await machine.DoAsync("find / -xdev \\( -path /proc -o -path /tmp -o -path /root -o -path /instrument -o -path /data -o -path /var/lib/dpkg -o -path /var/log/journal \\) -prune -o -print; find /run -path '*autoreduction*'", token))
            .Split('\n').Where(path => path is not ("/etc/passwd-" or "/etc/group-" or "/etc/shadow-" or "/etc/gshadow-" or "/var/log/dpkg.log" or "/etc/.pwd.lock")).ToArray();
}

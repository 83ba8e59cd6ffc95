using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using NLog;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The daemon's log file. The log is one for the whole process.</summary>
[NonParallelizable]
public sealed partial class LogSetupTests
{
    private string _root = "";

    private string LogPath => Path.Combine(_root, "autoreduction-processor.log");

    private DaemonSettings Settings => new() { LogDirectory = _root };

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("log-").FullName;

    [TearDown]
    public void CloseLog()
    {
        LogManager.Configuration = null;
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public void An_event_is_one_line_with_local_time_run_job_and_pid_whatever_its_text_holds()
    {
        LogSetup.To(Settings);

        Log.JobDied(Running(), "first\r\nsecond\n\tthird \u001b[31mred");
        Log.Unexpected("trying", new IOException("one\ntwo"));

        var lines = File.ReadAllLines(LogPath);
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.Match(TextLine()));
        Assert.That(lines[0], Does.EndWith("LET 7 (RB 1) died without an outcome: first | second | third \uFFFD[31mred; reporting it as an error [LET-7-a, pid 4711]"));
        Assert.That(lines[1], Does.Contain("System.IO.IOException: one | two"));
    }

    [Test]
    public void As_JSON_an_event_is_an_object_with_UTC_and_its_facts()
    {
        LogSetup.To(Settings with { LogFormat = "json" });

        Log.JobStarted(Running());
        Log.Unexpected("try\"ing", new IOException("one\ntwo"));

        var lines = File.ReadAllLines(LogPath).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.That((string?)lines[0]["time"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"));
        Assert.That(((string?)lines[0]["level"], (string?)lines[0]["run"], (string?)lines[0]["job"], (int?)lines[0]["pid"]), Is.EqualTo(("INFO", "LET 7 (RB 1)", "LET-7-a", 4711)));
        Assert.That((string?)lines[1]["exception"], Does.Contain("one\ntwo"));
    }

    [Test]
    public void The_level_decides_what_is_logged()
    {
        LogSetup.To(Settings with { LogLevel = "error" });
        Log.Up();
        Assert.That(File.Exists(LogPath), Is.False);

        LogSetup.To(Settings with { LogLevel = "debug" });
        Log.StrangerReaped(1, "exited");
        Assert.That(File.ReadAllText(LogPath), Does.Contain("DEBUG orphan 1"));
    }

    [Test]
    public void A_file_that_grew_is_set_aside_and_only_so_many_are_kept()
    {
        LogSetup.To(Settings with { LogMaxSize = 2000, LogKeep = 2 });

        for (var i = 0; i < 200; i++)
        {
            Log.Disconnected($"reason {i}");
            LogSetup.Tend();
        }

        Log.Disconnected("the last");
        Assert.That(Directory.GetFiles(_root).Select(Path.GetFileName).Order(), Is.EqualTo(
            new[] { "autoreduction-processor.log", "autoreduction-processor.log.1", "autoreduction-processor.log.2" }));
        Assert.That(Directory.GetFiles(_root).Select(file => new FileInfo(file).Length), Has.All.LessThan(2200));
        Assert.That(File.ReadAllText(LogPath), Does.EndWith("broker lost: the last; reconnecting\n"));
        Assert.That(File.ReadLines(LogPath + ".1").Last(), Does.Contain("reason "));
    }

    [TestCase(0, 3)]
    [TestCase(3600, 1)]
    public void What_was_set_aside_too_long_ago_goes(int retention, int kept)
    {
        for (var number = 1; number <= 3; number++)
        {
            File.WriteAllText($"{LogPath}.{number}", "old");
            File.SetLastWriteTimeUtc($"{LogPath}.{number}", DateTime.UtcNow.AddMinutes(-40 * number));
        }

        LogSetup.To(Settings with { LogRetention = TimeSpan.FromSeconds(retention) });
        LogSetup.Tend();

        Assert.That(Enumerable.Range(1, 3).Count(number => File.Exists($"{LogPath}.{number}")), Is.EqualTo(kept));
    }

    [Test]
    public void With_fewer_to_keep_the_older_ones_go_and_a_size_of_zero_sets_none_aside()
    {
        LogSetup.To(Settings with { LogMaxSize = 0 });
        Log.Disconnected("a");
        LogSetup.Tend();
        Assert.That(Directory.GetFiles(_root), Has.Length.EqualTo(1));

        for (var number = 1; number <= 5; number++)
        {
            File.WriteAllText($"{LogPath}.{number}", "old");
        }

        LogSetup.To(Settings with { LogMaxSize = 1, LogKeep = 2 });
        LogSetup.Tend();

        Assert.That(Directory.GetFiles(_root).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "autoreduction-processor.log.1", "autoreduction-processor.log.2" }));
        Assert.That(File.ReadAllText(LogPath + ".2"), Is.EqualTo("old"));
    }

    [Test]
    public void Opened_again_it_lets_a_moved_file_go_and_makes_a_removed_one()
    {
        LogSetup.To(Settings);
        Log.Disconnected("before");
        File.Move(LogPath, LogPath + ".1");
        Log.Disconnected("between");

        LogSetup.To(Settings);
        Log.Disconnected("after");
        Assert.That(File.ReadAllLines(LogPath + ".1"), Has.Length.EqualTo(2));
        Assert.That(File.ReadAllLines(LogPath), Has.Length.EqualTo(1));

        File.Delete(LogPath);
        LogSetup.To(Settings);
        Log.Disconnected("after removal");
        Assert.That(File.ReadAllText(LogPath), Does.Contain("after removal"));
    }

    [Test]
    public void A_full_disk_is_survived_and_said_with_what_was_lost()
    {
        if (!TryMount(_root))
        {
            Assert.Ignore("a small file system can't be mounted here: that takes root");
        }

        try
        {
            LogSetup.To(Settings);
            Log.Disconnected("while there is room");
            var filler = Path.Combine(_root, "filler");
            Fill(filler);

            for (var i = 0; i < 100; i++)
            {
                Log.Disconnected($"{i} {new string('x', 100)}");
            }

            Assert.That(LogSetup.Problem, Does.Contain("No space left"));
            LogSetup.Tend();
            Assert.That(LogSetup.Problem, Is.Not.Null);

            File.Delete(filler);
            LogSetup.Tend();
            Log.Disconnected("room again");

            Assert.That(LogSetup.Problem, Is.Null);
            var lines = File.ReadAllLines(LogPath);
            var kept = lines.Count(line => line.Contains("xxx", StringComparison.Ordinal) && TextLine().IsMatch(line));
            var lost = int.Parse(Lost().Match(File.ReadAllText(LogPath)).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.That(lost, Is.InRange(100 - kept, 101 - kept));
            Assert.That(lines[^1], Does.EndWith("broker lost: room again; reconnecting"));
        }
        finally
        {
            LogManager.Configuration = null;
            Run("umount", _root);
        }
    }

    private static void Fill(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // It is full: that is what was wanted.
        }
    }

    private static BackOff Never => new(TimeProvider.System, TimeSpan.Zero, TimeSpan.Zero);

    private static Job Running() =>
        new(HttpRig.Job("LET-7-a", JobState.Running) with { Pid = 4711 }, new JobFiles("/nowhere"), Never, Never);

    private static bool TryMount(string directory) => Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory) == 0;

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (DEBUG|INFO |WARN |ERROR) ")]
    private static partial Regex TextLine();

    [GeneratedRegex(@"ERROR (\d+) lines before this one are lost: No space left")]
    private static partial Regex Lost();
}

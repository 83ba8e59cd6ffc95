using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>The machine lacks something, or stands still.</summary>
public sealed class MachineFaultTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task F24_Without_descriptors_or_program_a_run_waits_and_no_attempt_is_counted(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, daemon: StandIn.Write(StandIn.Completes, out var directory));
        await rig.StartAsync(token);
        var program = Path.Combine(directory, "post-process-admin");
        File.Move(program, program + ".away");
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.StatusUntilAsync("could not be started", token);
        File.Move(program + ".away", program);
        var oracle = new Oracle(rig);
        await FaultRig.Until(() => oracle.Records().Any(record => record is { State: JobState.Finished }), token);

        Run("prlimit", "--pid", $"{rig.Pid}", "--nofile=3:");
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await FaultRig.Until(() => File.ReadAllText(rig.Log).Contains("EMFILE"), token);
        Run("prlimit", "--pid", $"{rig.Pid}", "--nofile=1024:");
        await FaultRig.Until(() => oracle.Records().Count(record => record is { State: JobState.Finished }) == 2, token);

        Assert.That(oracle.Records().Select(record => record.Attempt), Has.All.EqualTo(1));
        Assert.That(await oracle.LeftoversAsync(token), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    // A program that somebody writes (ETXTBSY), and a kernel that gives no process. Its working directory is /, which is never missing.
    [TestCase("", "ETXTBSY", Category = "Faults")]
    [TestCase("EAGAIN", "Resource temporarily unavailable", Category = "Faults")]
    [TestCase("ENOMEM", "ENOMEM", Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F24_A_run_waits_until_its_program_can_be_started_and_no_attempt_is_counted(string errno, string told, CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, daemon: StandIn.Write(StandIn.Completes, out var directory));
        await rig.StartAsync(token);
        await using (errno.Length > 0
            ? (IAsyncDisposable)await FailingCalls.InAsync(rig.Pid, "clone,clone3,vfork", errno, token)
            : File.Open(Path.Combine(directory, "post-process-admin"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await rig.SubmitAsync(rb: 1, run: 1, token);
            Assert.That(await rig.StatusUntilAsync("could not be started", token), Does.Contain(told));
        }

        var oracle = new Oracle(rig);
        await FaultRig.Until(() => oracle.Records().Any(record => record is { State: JobState.Finished }), token);
        Assert.That(oracle.Records().Single().Attempt, Is.EqualTo(1));
        Assert.That(await oracle.LeftoversAsync(token), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    // A pool that wants a thread and gets none ends the process. Its idle threads would end after 20 s.
    [TestCase(0)]
    [TestCase(25, Category = "Faults")]
    [CancelAfter(300_000)]
    public async Task F24_The_daemon_wants_no_thread_after_its_start(int idleSeconds, CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.StatusUntilAsync("connected to", token);
        var atFirst = ThreadsOf(rig.Pid);
        for (var run = 1; run <= 10; run++)
        {
            await rig.SubmitAsync(rb: run, run, token);
        }

        await rig.AllToldAsync(token);
        await Task.Delay(TimeSpan.FromSeconds(idleSeconds), token);
        await rig.SubmitAsync(rb: 11, run: 11, token);
        await rig.AllToldAsync(token);

        Assert.That(atFirst.Count(thread => thread.EndsWith(".NET TP Worker", StringComparison.Ordinal)), Is.EqualTo(8));
        Assert.That(ThreadsOf(rig.Pid), Is.SubsetOf(atFirst));
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F25_A_calendar_that_jumps_by_a_day_and_back_ends_no_run_and_no_connection(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        using var calendar = await TurnedCalendar.MakeAsync(token);
        using var daemon = calendar.Start(Path.Combine(AppContext.BaseDirectory, "autoreduction-processor"), "--config", rig.SettingsPath);
        await rig.StatusUntilAsync("connected to", token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        foreach (var (days, run) in ((int, int)[])[(1, 2), (-1, 3)])
        {
            calendar.Turn(days);
            await rig.SubmitAsync(rb: run, run, token);
            await rig.ListenUntilAsync(() => rig.Terminal.Count == run - 1, token);
            var expected = DateTime.UtcNow.AddDays(days);
            Assert.That(new Oracle(rig).Records().Single(record => record.RbNumber == run).Received.UtcDateTime, Is.EqualTo(expected).Within(TimeSpan.FromHours(1)), "the calendar was turned");
        }

        rig.Release("go");
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
        Assert.That(await File.ReadAllTextAsync(rig.Log, token), Does.Not.Contain("broker lost"));
        await daemon.WaitForExitAsync(token);
        Assert.That(daemon.ExitCode, Is.EqualTo(ExitCodes.Success));
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F25_A_daemon_that_is_stopped_for_a_while_goes_on_where_it_was(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await rig.RunningAsync(1, token);
        using var daemon = PidFd.TryOpen(rig.Pid)!;
        daemon.TrySendSignal(19);
        rig.Release("go");
        await rig.ListenUntilAsync(() => rig.Terminal.Count == 1, token);
        daemon.TrySendSignal(Signals.SIGCONT);
        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    // Not the compiler's, which a native build doesn't have.
    private static HashSet<string> ThreadsOf(int pid) =>
        [.. Directory.GetDirectories($"/proc/{pid}/task").Select(thread => $"{Path.GetFileName(thread)} {File.ReadAllText($"{thread}/comm").TrimEnd()}")
            .Where(thread => !thread.Contains(".NET Tiered", StringComparison.Ordinal))];

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}

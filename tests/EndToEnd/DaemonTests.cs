using System.Globalization;
using System.Text;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>The three programs together, on a real ActiveMQ.</summary>
public sealed class DaemonTests
{
    private const string Quick = "def main(input_file, output_dir):\n    open(output_dir + 'a.txt', 'w').write('1')\n";
    private const string Slow = "import time\ndef main(input_file, output_dir):\n    time.sleep(2)\n";
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";

    [Test]
    [CancelAfter(120_000)]
    public async Task A_run_is_announced_then_reported_complete_and_a_second_one_gets_the_next_version(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);

        await facility.SubmitAsync(1, 7, Quick, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);
        await facility.SubmitAsync(1, 7, Quick, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 2, token);

        Assert.That(facility.Told.Select(told => told.Queue), Is.EqualTo(new[] { "Started", "Complete", "Started", "Complete" }));
        Assert.That(facility.Terminal[0].Body, Has.Count.EqualTo(19));
        Assert.That(facility.Terminal.Select(told => (string?)told.Body[MessageKeys.ReductionData]![0]),
            Is.EqualTo(new[] { $"{facility.Root}/results/ENGINX/1/7/run-version-0/", $"{facility.Root}/results/ENGINX/1/7/run-version-1/" }));
        Assert.That(File.Exists($"{facility.Root}/results/ENGINX/1/7/run-version-0/a.txt"), Is.True);
        Assert.That(File.Exists($"{facility.Root}/results/ENGINX/1/7/run-version-0/reduction_log/RB_1_Run_7_Script.out"), Is.True);
        await CleanAsync(facility, token);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Bad_input_is_answered_and_the_daemon_goes_on(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        await facility.SubmitAsync(1, 1, "def main(:", token);
        await facility.SubmitAsync(2, 2, "import sys\nsys.exit(3)", token);
        await facility.SubmitAsync(3, 3, "import os\nos.kill(os.getpid(), 11)", token);
        await facility.SubmitAsync(4, 4, "def main(input_file, output_dir):\n    raise Exception('Skip: no')", token);
        await facility.SubmitAsync(5, 5, Quick, token, data: "/nowhere.nxs");
        await facility.SubmitAsync(6, 6, script: null, token);
        await facility.SubmitAsync(0, 7, Quick, token);
        await facility.SubmitAsync(8, 8, $"#{new string('x', 200_000)}\n{Quick}", token);
        var variables = Encoding.UTF8.GetString(facility.Place.Message(9, 9, Quick)).Replace("\"reduction_arguments\":null", "\"reduction_arguments\":{\"standard_vars\":{\"x\":NaN}}", StringComparison.Ordinal);
        await facility.SendAsync(Encoding.UTF8.GetBytes(variables), token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 9, token);

        var outcomes = facility.Terminal.ToDictionary(told => (long)told.Body[MessageKeys.RunNumber]!, told => $"{told.Queue} {told.Body[MessageKeys.Message]}");
        Assert.That(outcomes[1], Does.StartWith("Error REDUCTION Error: SyntaxError"));
        Assert.That(outcomes[2], Does.StartWith("Error").And.Contain("exit code 3"));
        Assert.That(outcomes[3], Does.StartWith("Error").And.Contain("SIGSEGV"));
        Assert.That(outcomes[4], Is.EqualTo("Skipped Reduction Skipped: Skip: no"));
        Assert.That(outcomes[5], Does.StartWith("Error Problem reading datafile: /nowhere.nxs"));
        Assert.That(outcomes[6], Does.StartWith("Error").And.Contain($"{facility.Root}/scripts/reduce.py"));
        Assert.That(outcomes[7], Does.StartWith("Error rb_number is 0"));
        Assert.That(outcomes[8], Does.StartWith("Complete"));
        Assert.That(outcomes[9], Does.StartWith("Error the body holds NaN; it should be JSON"));

        await facility.DeadLettersToAsync(token);
        await facility.SendAsync("nonsense"u8.ToArray(), token);
        var (body, reason) = await facility.DeadLetterAsync(token);
        Assert.That(body, Is.EqualTo("nonsense"));
        Assert.That(reason, Does.Contain("not JSON"));
        Assert.That((await facility.CtlAsync(token, "status")).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Runs_of_one_RB_are_reduced_one_at_a_time_and_in_order(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);

        for (var run = 1; run <= 5; run++)
        {
            await facility.SubmitAsync(1, run, Quick, token);
        }

        await facility.ListenUntilAsync(f => f.Terminal.Count == 5, token);

        // Started of the next never comes before the outcome of the one before, on whatever queues they travel.
        Assert.That(facility.Terminal.Select(told => (long)told.Body[MessageKeys.RunNumber]!), Is.EqualTo(new long[] { 1, 2, 3, 4, 5 }));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_post_process_admin_that_is_killed_is_reported_with_its_signal_and_leaves_nothing(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);
        var job = Path.GetFileName(Directory.EnumerateDirectories($"{facility.Root}/state/jobs").Single());

        using var admin = PidFd.TryOpen(LeaderOf(job));
        admin!.TrySendSignal(Signals.SIGKILL);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);

        Assert.That(facility.Terminal[0].Queue, Is.EqualTo("Error"));
        Assert.That((string?)facility.Terminal[0].Body[MessageKeys.Message], Does.Contain("SIGKILL"));
        Assert.That(ProcessSearch.WithEnvironment(JobFiles.TagVariable, job), Is.Empty);
        await CleanAsync(facility, token);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_daemon_that_is_killed_loses_no_run_and_reduces_none_twice(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        for (var run = 1; run <= 10; run++)
        {
            await facility.SubmitAsync(run, run, Slow, token);
        }

        await facility.ListenUntilAsync(f => f.Told.Count >= 3, token);
        Kill(facility.Pid);
        await WaitUntilAsync(() => !FileLock.IsHeld(facility.LockFile), token);
        Assert.That((await facility.CtlAsync(token, "status")).Code, Is.EqualTo(1));
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 10, token);

        Assert.That(facility.Terminal.Select(told => (long)told.Body[MessageKeys.RunNumber]!), Is.EquivalentTo(Enumerable.Range(1, 10)));
        Assert.That(facility.Told.Where(told => told.Queue == "Started").Select(told => (long)told.Body[MessageKeys.RunNumber]!), Is.Unique);
        Assert.That(facility.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_restart_leaves_running_reductions_alone(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        await facility.SubmitAsync(1, 1, Slow, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);
        var before = facility.Pid;

        Assert.That((await facility.CtlAsync(token, "restart")).Code, Is.Zero);
        Assert.That(facility.Pid, Is.Not.EqualTo(before));
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);

        Assert.That(facility.Told.Select(told => told.Queue), Is.EqualTo(new[] { "Started", "Complete" }));
        Assert.That(Directory.GetDirectories($"{facility.Root}/results/ENGINX/1/1"), Has.Length.EqualTo(1));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Eight_starts_at_once_give_one_daemon_with_nothing_of_its_starter(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);

        var codes = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => facility.CtlAsync(token, "start")))).Select(result => result.Code);

        Assert.That(codes.Order(), Is.EqualTo(new[] { 0, 1, 1, 1, 1, 1, 1, 1 }));
        Assert.That(ProcessStat.TryRead(facility.Pid, out var stat), Is.True);
        Assert.That(stat.Session, Is.Not.EqualTo(facility.Pid));
        Assert.That(stat.Terminal, Is.Zero);
        Assert.That(new FileInfo($"/proc/{facility.Pid}/cwd").LinkTarget, Is.EqualTo("/"));
        Assert.That(Enumerable.Range(0, 3).Select(number => new FileInfo($"/proc/{facility.Pid}/fd/{number}").LinkTarget), Has.All.EqualTo("/dev/null"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_pid_file_that_names_a_foreign_process_harms_nobody(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        using var foreign = Spawner.Start(new SpawnRequest { ProgramPath = "/bin/sleep", Arguments = ["600"] });
        File.WriteAllText(facility.PidFile, string.Create(CultureInfo.InvariantCulture, $"{foreign.Pid}\n"));

        Assert.That((await facility.CtlAsync(token, "status")).Code, Is.EqualTo(1));
        Assert.That(await facility.CtlAsync(token, "stop"), Is.EqualTo((0, "not running")));
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        Assert.That((await facility.CtlAsync(token, "stop")).Code, Is.Zero);
        Assert.That((await facility.CtlAsync(token, "status")).Code, Is.EqualTo(3));

        Assert.That(foreign.PidFd.WaitForExit(TimeSpan.Zero), Is.False);
        foreign.PidFd.TrySendSignal(Signals.SIGKILL);
        Assert.That(foreign.PidFd.WaitForExit(TimeSpan.FromSeconds(10)), Is.True);
    }

    private static async Task<Facility> StartedAsync(CancellationToken token)
    {
        var facility = await Facility.OpenAsync(token);
        var (code, said) = await facility.CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
        return facility;
    }

    // Cleaning up goes on while the outcome is told already; what is never cleaned up ends the test by its time limit.
    private static Task CleanAsync(Facility facility, CancellationToken token) =>
        WaitUntilAsync(() => !Directory.EnumerateFileSystemEntries($"{facility.Root}/tmp").Any(), token);

    // The only process of the job that leads a session.
    private static int LeaderOf(string job) =>
        ProcessSearch.WithEnvironment(JobFiles.TagVariable, job).Single(pid => ProcessStat.TryRead(pid, out var stat) && stat.Session == pid);

    private static void Kill(int pid)
    {
        using var process = PidFd.TryOpen(pid);
        process!.TrySendSignal(Signals.SIGKILL);
    }

    private static async Task WaitUntilAsync(Func<bool> condition, CancellationToken token)
    {
        while (!condition())
        {
            await Task.Delay(20, token);
        }
    }
}

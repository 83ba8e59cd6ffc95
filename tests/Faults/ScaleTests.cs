using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>Many runs at once.</summary>
public sealed class ScaleTests
{
    [Test]
    [CancelAfter(300_000)]
    public async Task Ten_runs_of_one_RB_are_reduced_one_at_a_time_and_in_order(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        for (var run = 1; run <= 10; run++)
        {
            // Long enough for a second one to be seen beside it.
            await rig.SubmitAsync(rb: 1, run, token, ["sleep", 0.5]);
        }

        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Run), Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(600_000)]
    public async Task A_hundred_runs_of_a_hundred_RBs_are_all_complete(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        for (var run = 1; run <= 100; run++)
        {
            await rig.SubmitAsync(rb: run, run, token);
        }

        await rig.AllToldAsync(token);

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }

    // All children wait for a file and end together: how long it takes until the last one's message is acknowledged.
    // A busy pool: what of the daemon runs on it waits most of the time.
    [TestCase(200, "")]
    [TestCase(200, "pool-busy")]
    [TestCase(1000, "")]
    [Category("Faults")]
    [CancelAfter(600_000)]
    public async Task F18_Jobs_that_end_in_the_same_moment_are_all_reaped_and_acknowledged(int count, string fault, CancellationToken token)
    {
        ActiveMutant.Name = fault.Length > 0 ? fault : null;
        var settings = StandIn.Write($"{StandIn.Completes}\nexec 5<\"${{0%/*}}/go\"", out var directory);
        await Pipe(directory);
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, maxJobs: count, settings);
        await rig.StartAsync(token);
        for (var run = 1; run <= count; run++)
        {
            await rig.SubmitAsync(rb: run, run, token);
        }

        var oracle = new Oracle(rig);
        await FaultRig.Until(() => oracle.Records().Count(record => record.State == JobState.Running) == count, token);
        var released = DateTimeOffset.Now;
        await using (File.Open(Path.Combine(directory, "go"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await FaultRig.Until(() => Directory.GetFiles($"{rig.State}/jobs", "outcome.json", SearchOption.AllDirectories).Length == count, token);
            await FaultRig.Until(() => oracle.Records().All(record => record.State == JobState.Finished), token);
        }

        var late = oracle.Records().Select(record => (record.Since - released).TotalMilliseconds).Order().ToList();
        TestContext.Out.WriteLine($"{count} jobs {fault}: from their common end to acknowledged {late[count / 2]:0} ms (median), {late[count * 99 / 100]:0} ms (99 %)");
        Assert.That(Zombies(rig.Pid), Is.Zero);
        Assert.That(oracle.Records().Select(record => (record.Result, record.Attempt)), Has.All.EqualTo((JobResult.Complete, 1)));
        Assert.That(await oracle.LeftoversAsync(token), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    private static int Zombies(int parent) =>
        Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Count(pid => pid > 0 && ProcessStat.TryRead(pid, out var stat) && stat.ParentPid == parent && stat.IsZombie);

    // Who opens a FIFO to read waits until somebody opens it to write.
    private static async Task Pipe(string directory)
    {
        using var maker = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(directory, "go")]);
        await maker.WaitForExitAsync();
    }
}

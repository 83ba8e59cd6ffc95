using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>F23: each directory of the system without room, alone. Nothing is told or acknowledged that isn't kept, and all goes on by itself.</summary>
public sealed class DiskFaultTests
{
    private const string Full = "No space left on device";

    [Test]
    [CancelAfter(300_000)]
    public async Task F23_A_full_state_directory_holds_runs_back_is_said_and_is_over_by_itself(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await using var disk = await SmallDisk.MountAsync(rig.State, token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        disk.Fill();
        await rig.SubmitAsync(rb: 2, run: 2, token);
        await rig.StatusUntilAsync("state directory can't be written", token);
        Assert.That(rig.ChaosLog(), Has.Count.EqualTo(1), "nothing is started that isn't on record");

        disk.Free();
        rig.Release("go");
        await rig.AllToldAsync(token);
        await rig.StatusUntilNotAsync("state directory", token);

        await CompleteAsync(rig, token);
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F23_A_state_directory_that_became_read_only_is_the_same(CancellationToken token)
    {
        // What waits for the next job holds a file there that it could write to.
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, daemon: "standby = false");
        await using var disk = await SmallDisk.MountAsync(rig.State, token);
        await rig.StartAsync(token);
        await disk.RemountAsync("ro", token);
        await rig.SubmitAsync(rb: 1, run: 1, token);
        var said = await rig.StatusUntilAsync("state directory can't be written", token);
        Assert.That(said, Does.Contain("Read-only file system"));
        Assert.That(await rig.CountAsync(rig.Pending, token), Is.EqualTo(1), "I5 nothing is acknowledged that isn't on record");

        await disk.RemountAsync("rw", token);
        await rig.AllToldAsync(token);

        await CompleteAsync(rig, token);
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F23_Where_writes_fail_with_EIO_nothing_is_started_or_acknowledged(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await rig.StartAsync(token);
        await using (await FailingCalls.InAsync(rig.Pid, "fsync", "EIO", token))
        {
            await rig.SubmitAsync(rb: 1, run: 1, token);
            Assert.That(await rig.StatusUntilAsync("state directory can't be written", token), Does.Contain("EIO"));
            Assert.That(rig.ChaosLog(), Is.Empty);
            Assert.That(await rig.CountAsync(rig.Pending, token), Is.EqualTo(1), "I5 nothing is acknowledged that isn't on record");
        }

        await rig.AllToldAsync(token);

        await CompleteAsync(rig, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F23_A_full_results_directory_keeps_the_results_is_said_and_is_over_by_itself(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, publishRetrySeconds: 200);
        await using var disk = await SmallDisk.MountAsync($"{rig.Root}/results", token);
        await rig.StartAsync(token);
        await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
        await rig.RunningAsync(1, token);
        disk.Fill();
        rig.Release("go");
        var said = await rig.StatusUntilAsync("results can't be stored", token);
        Assert.That(said, Does.Contain("ENGINX 1 (RB 1)").And.Contain(Full).And.Contain($"{rig.Root}/results"));
        await rig.ListenAsync(token);
        Assert.That(rig.Terminal, Is.Empty, "I5 nothing is told of results that aren't stored");

        disk.Free();
        await rig.AllToldAsync(token);
        await rig.StatusUntilNotAsync("results can't be stored", token);

        await CompleteAsync(rig, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F23_Results_that_are_kept_are_told_until_a_person_takes_them(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        var directory = Directory.CreateDirectory(Path.Combine(rig.Root, "tmp/ENGINX-1-0a")).FullName;
        var note = Path.Combine(directory, "KEPT.txt");
        await File.WriteAllTextAsync(note, "storage was full", token);
        await rig.StartAsync(token);

        await rig.StatusUntilAsync($"problem: results that could not be stored are kept, see {note}; copy", token);
        var (code, said) = await rig.CtlAsync("check", token);
        Assert.That(code, Is.EqualTo(1), said);
        Assert.That(said, Does.Contain("WARNING: results that could not be stored are kept, see"));

        Directory.Delete(directory, recursive: true);
        await rig.CtlAsync("restart", token);
        await rig.StatusUntilAsync("connected to", token);
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.AllToldAsync(token);
        Assert.That((await rig.CtlAsync("check", token)).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task F23_A_full_temporary_directory_is_said_and_is_over_by_itself(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token, daemon: "max_attempts = 100");
        await using var disk = await SmallDisk.MountAsync($"{rig.Root}/tmp", token);
        await rig.StartAsync(token);
        disk.Fill();
        await rig.SubmitAsync(rb: 1, run: 1, token);
        var said = await rig.StatusUntilAsync(Full, token);
        Assert.That(said, Does.Contain("ENGINX 1 (RB 1)").And.Contain($"{rig.Root}/tmp"));

        disk.Free();
        await rig.AllToldAsync(token);
        await rig.StatusUntilNotAsync(Full, token);

        await CompleteAsync(rig, token);
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F23_A_run_that_is_given_up_for_a_full_temporary_directory_says_what_is_full_and_where(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await using var disk = await SmallDisk.MountAsync($"{rig.Root}/tmp", token);
        await rig.StartAsync(token);
        disk.Fill();
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.AllToldAsync(token);
        disk.Free();

        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Single().Message, Does.Contain(Full).And.Contain($"{rig.Root}/tmp").And.Contain("given up after 3 attempts"));
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F23_A_full_log_directory_loses_lines_is_said_and_costs_no_run(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await using var disk = await SmallDisk.MountAsync($"{rig.Root}/log", token);
        await rig.StartAsync(token);
        disk.Fill();
        SmallDisk.FillLastBlock(rig.Log);
        using (var daemon = PidFd.TryOpen(rig.Pid)!)
        {
            // It opens the log again, and has something to say in it.
            daemon.TrySendSignal(Signals.SIGHUP);
        }

        Assert.That(await rig.StatusUntilAsync("the log can't be written", token), Does.Contain(Full));
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.AllToldAsync(token);

        disk.Free();
        await rig.StatusUntilNotAsync("the log can't be written", token);

        Assert.That(await File.ReadAllTextAsync(rig.Log, token), Does.Contain("lines before this one are lost"));
        await CompleteAsync(rig, token);
    }

    [Test]
    [Category("Faults")]
    [CancelAfter(300_000)]
    public async Task F23_A_full_run_directory_keeps_the_daemon_from_starting_and_says_so(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        await using var disk = await SmallDisk.MountAsync($"{rig.Root}/run", token);
        disk.Fill();
        var (code, said) = await rig.CtlAsync("start", token);
        Assert.That(code, Is.EqualTo(1), said);
        Assert.That(said, Does.Contain(Full).And.Contain($"{rig.Root}/run"));

        // One that runs needs no room there.
        disk.Free();
        await rig.StartAsync(token);
        disk.Fill();
        await rig.SubmitAsync(rb: 1, run: 1, token);
        await rig.AllToldAsync(token);

        await CompleteAsync(rig, token);
    }

    private static async Task CompleteAsync(FaultRig rig, CancellationToken token)
    {
        Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
    }
}

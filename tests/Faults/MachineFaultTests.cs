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
    public async Task F23_A_full_state_directory_holds_runs_back_is_said_and_is_over_by_itself(CancellationToken token)
    {
        await using var rig = await FaultRig.OpenAsync(await SharedBroker.GetAsync(), token);
        if (Run("mount", "-t", "tmpfs", "-o", "size=2m,mode=755", "tmpfs", rig.State) != 0)
        {
            Assert.Ignore("needs to mount a small file system: root, with CAP_SYS_ADMIN");
        }

        try
        {
            await rig.StartAsync(token);
            await rig.SubmitAsync(rb: 1, run: 1, token, ["wait", "go"]);
            await rig.RunningAsync(1, token);
            Fill(Path.Combine(rig.State, "ballast"));
            await rig.SubmitAsync(rb: 2, run: 2, token);
            await rig.StatusUntilAsync("state directory can't be written", token);
            Assert.That(rig.ChaosLog(), Has.Count.EqualTo(1), "nothing is started that isn't on record");

            File.Delete(Path.Combine(rig.State, "ballast"));
            rig.Release("go");
            await rig.AllToldAsync(token);
            await Eventually(async () => !(await rig.CtlAsync("status", token)).Said.Contains("state directory"), token);

            Assert.That(rig.Terminal.Select(told => told.Queue), Has.All.EqualTo("Complete"));
            Assert.That(await new Oracle(rig).ComplaintsAsync(token), Is.Empty);
        }
        finally
        {
            await rig.CtlAsync("stop --now", CancellationToken.None);
            Run("umount", rig.State);
        }
    }

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

        var open = Directory.GetFiles($"/proc/{rig.Pid}/fd").Length;
        Run("prlimit", "--pid", $"{rig.Pid}", "--nofile=3:");
        await rig.SubmitAsync(rb: 1, run: 2, token);
        await FaultRig.Until(() => File.ReadAllText($"{rig.Root}/log/autoreduction-processor.log").Contains("EMFILE"), token);
        Run("prlimit", "--pid", $"{rig.Pid}", "--nofile=1024:");
        await FaultRig.Until(() => oracle.Records().Count(record => record is { State: JobState.Finished }) == 2, token);

        Assert.That(oracle.Records().Select(record => record.Attempt), Has.All.EqualTo(1));
        await FaultRig.Until(() => Directory.GetFiles($"/proc/{rig.Pid}/fd").Length <= open + 1, token);
        Directory.Delete(directory, recursive: true);
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

    private static void Fill(string path)
    {
        using var file = File.Create(path, bufferSize: 0);
        foreach (var size in (int[])[64 << 10, 4 << 10])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No room for that much: that is the aim.
            }
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static async Task Eventually(Func<Task<bool>> condition, CancellationToken token)
    {
        while (!await condition())
        {
            await Task.Delay(50, token);
        }
    }
}

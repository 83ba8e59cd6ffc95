using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>The post-process-admin that waits for the next run: what becomes of it.</summary>
[CancelAfter(120_000)]
public sealed class StandbyLifeTests
{
    private const string Quick = "def main(input_file, output_dir):\n    open(output_dir + 'a.txt', 'w').write('1')\n";
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";

    [Test]
    public async Task A_run_takes_it_and_looks_like_any_other_and_another_one_follows(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var waiting = await StandbyAsync(facility.Place, token);

        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        var job = Path.GetFileName(Directory.EnumerateDirectories($"{facility.Root}/state/jobs").Single());
        Assert.That(StandbyProcess.CommandLineOf(waiting), Does.EndWith($"/post-process-admin\0run\0--job-directory\0{facility.Root}/state/jobs/{job}"));
        Assert.That(ProcessSearch.WithEnvironment(JobFiles.TagVariable, job), Does.Contain(waiting));
        Assert.That(FileLock.OwnerOf($"{facility.Root}/state/jobs/{job}/lock"), Is.Not.Null);
        Assert.That((await facility.CtlAsync(token, "jobs")).Said, Does.Contain($" {waiting} "));
        Assert.That(await StandbyAsync(facility.Place, token, other: waiting), Is.Not.EqualTo(waiting));
    }

    [Test]
    public async Task A_run_is_announced_on_the_connection_that_it_has_made(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var waiting = await StandbyAsync(facility.Place, token);
        var made = ConnectionsOf(waiting);

        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        Assert.That(made, Has.Length.EqualTo(1));
        Assert.That(ConnectionsOf(waiting), Is.EqualTo(made));
    }

    [Test]
    public async Task Where_it_was_killed_the_next_run_starts_its_own(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var waiting = await StandbyAsync(facility.Place, token);

        Kill(waiting);
        await facility.SubmitAsync(1, 1, Quick, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);

        Assert.That(facility.Terminal[0].Queue, Is.EqualTo("Complete"));
        await StandbyAsync(facility.Place, token, other: waiting);
        Assert.That(File.ReadAllText(facility.Place.DaemonLog), Does.Contain("no post-process-admin is ready ahead of the next run: the one that waited ended (killed by SIGKILL)"));
    }

    [Test]
    public async Task Of_a_program_that_was_replaced_it_is_not_taken(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var waiting = await StandbyAsync(facility.Place, token);
        using var process = PidFd.TryOpen(waiting)!;

        var program = Path.Combine(AppContext.BaseDirectory, "post-process-admin");
        File.SetUnixFileMode(program, File.GetUnixFileMode(program));
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        await StandbyAsync(facility.Place, token, other: waiting);
    }

    [TestCase("stop")]
    [TestCase("stop --drain")]
    [TestCase("restart")]
    [TestCase("kill -9")]
    public async Task It_ends_with_its_daemon(string how, CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var place = facility.Place;
        var waiting = await StandbyAsync(place, token);
        using var process = PidFd.TryOpen(waiting)!;

        if (how == "kill -9")
        {
            Kill(place.Pid);
        }
        else
        {
            Assert.That((await place.CtlAsync(token, how.Split(' '))).Code, Is.Zero);
        }

        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        if (how == "restart")
        {
            await StandbyAsync(place, token, other: waiting);
        }
        else if (how != "kill -9")
        {
            Assert.That(Directory.Exists($"{place.Root}/state/standby"), Is.False);
        }
    }

    [Test]
    public async Task None_waits_before_there_is_a_broker_that_could_send_a_run(CancellationToken token)
    {
        // It drops whoever connects, for longer than the daemon would take to start one.
        var enough = new TaskCompletionSource();
        await using var broker = ScriptedBroker.Start(session =>
        {
            if (session.Number == 4)
            {
                enough.SetResult();
            }

            return Task.CompletedTask;
        });
        await using var place = FacilityPlace.Create($"stomp:failover:(tcp://127.0.0.1:{broker.EndPoint.Port})?initialReconnectDelay=1500&maxReconnectDelay=1500");
        Assert.That((await place.CtlAsync(token, "start")).Code, Is.Zero);

        await enough.Task.WaitAsync(token);

        Assert.That(StandbyProcess.Of(place.Pid, $"{place.Root}/state"), Is.Null);
    }

    [Test]
    public async Task It_comes_and_goes_with_its_setting(CancellationToken token)
    {
        await using var facility = await StartedAsync(token);
        var place = facility.Place;
        var waiting = await StandbyAsync(place, token);
        using var process = PidFd.TryOpen(waiting)!;

        place.Configure($"tcp://127.0.0.1:{facility.Broker.Port}", daemon: "standby = false");
        Send(place.Pid, Signals.SIGHUP);
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);

        place.Configure($"tcp://127.0.0.1:{facility.Broker.Port}");
        Send(place.Pid, Signals.SIGHUP);
        await StandbyAsync(place, token, other: waiting);
    }

    private static async Task<Facility> StartedAsync(CancellationToken token)
    {
        var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        return facility;
    }

    private static async Task<int> StandbyAsync(FacilityPlace place, CancellationToken token, int other = 0) =>
        (await StandbyProcess.UpAsync(place, token, other)).Admin;

    // By their inodes: the tenth field of a line (proc_pid_net(5)).
    private static string[] ConnectionsOf(int pid) =>
        [.. File.ReadLines($"/proc/{pid}/net/tcp").Concat(File.ReadLines($"/proc/{pid}/net/tcp6"))
            .Select(line => $"socket:[{line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(9)}]")
            .Intersect(new DirectoryInfo($"/proc/{pid}/fd").GetFiles().Select(file => file.LinkTarget!))];

    private static void Kill(int pid) => Send(pid, Signals.SIGKILL);

    private static void Send(int pid, int signal)
    {
        using var process = PidFd.TryOpen(pid);
        process!.TrySendSignal(signal);
    }
}

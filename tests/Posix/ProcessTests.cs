using System.Collections.Concurrent;
using System.Diagnostics;
using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

/// <summary>Finding, identifying and signalling processes.</summary>
public sealed class ProcessTests
{
    [Test]
    public void A_name_with_brackets_and_spaces_does_not_shift_the_fields_of_stat()
    {
        var text = "7 (a) R (b) Z 1 2 3 0 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"u8;

        Assert.That(ProcessStat.TryParse(text, out var stat), Is.True);
        Assert.That(stat, Is.EqualTo(new ProcessStat('Z', 1, 2, 3, 0, 17, 4711)));
    }

    [TestCase("")]
    [TestCase("7 (a)")]
    [TestCase("7 (a) ")]
    [TestCase("7 (a) R 1 2 3")]
    [TestCase("7 (a) R 1 x 3 0 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20")]
    public void A_stat_that_is_cut_or_garbled_is_none(string text)
    {
        Assert.That(ProcessStat.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _), Is.False);
    }

    [Test]
    public void Our_own_stat_agrees_with_what_we_know()
    {
        Assert.That(ProcessStat.TryRead(Environment.ProcessId, out var stat), Is.True);

        Assert.That((stat.Session, stat.ProcessGroup), Is.EqualTo((Syscall.getsid(0), Syscall.getpgrp())));
        Assert.That(stat.ParentPid, Is.EqualTo(Syscall.getppid()));
        Assert.That(ProcessStat.TryRead(int.MaxValue, out _), Is.False);
    }

    [Test]
    public void A_process_is_itself_until_it_ends_and_never_another_with_its_pid()
    {
        using var child = Spawner.Start(Probe.Shell("exec sleep 600"));
        var identity = new ProcessIdentity(child.Pid, child.StartTime, ProcessIdentity.CurrentBootId);
        var impostors = new[] { identity with { StartTime = child.StartTime + 1 }, identity with { BootId = "another" } };

        Assert.That(identity.IsAlive(), Is.True);
        Assert.That(impostors.Select(impostor => impostor.IsAlive()), Has.All.False);
        Assert.That(impostors.Select(impostor => impostor.TryOpen()), Has.All.Null);
        using (var opened = identity.TryOpen())
        {
            Assert.That(opened!.SendSignal(Signals.SIGKILL), Is.True);
        }

        Assert.That(child.PidFd.WaitForExit(TimeSpan.FromSeconds(10)), Is.True);
        Assert.That(identity.IsAlive(), Is.False, "a zombie");
        ChildProcess.Wait(child.Pid);
        Assert.That(identity.IsAlive(), Is.False);
        Assert.That(identity.TryOpen(), Is.Null);
    }

    [Test]
    public void A_descriptor_of_a_process_outlives_it_and_signals_nobody_else()
    {
        using var child = Spawner.Start(Probe.Shell("exec sleep 600"));
        Assert.That(child.PidFd.WaitForExit(TimeSpan.FromMilliseconds(1)), Is.False);

        Probe.End(child);

        Assert.That(child.PidFd.WaitForExit(Timeout.InfiniteTimeSpan), Is.True);
        Assert.That(child.PidFd.SendSignal(Signals.SIGTERM), Is.False);
        Assert.That(child.PidFd.TrySendSignal(Signals.SIGTERM), Is.False);
        Assert.That(PidFd.TryOpen(child.Pid), Is.Null);
        Assert.That(PidFd.TryOpen(0), Is.Null);
        Assert.That(PidFd.TryOpen(-1), Is.Null);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_process_of_another_user_is_told_from_one_that_is_gone(CancellationToken token)
    {
        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        using var directory = new PrivateDirectory();

        var output = await Probe.ShellAsync("exec setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=\"$1\" \"$0\" signal 1", token, directory.Root);

        Assert.That(output, Does.StartWith("pidfd_send_signal SIGTERM").And.Contain("EPERM"));
    }

    [Test]
    public void Processes_are_found_by_session_environment_and_descent()
    {
        using var leader = Spawner.Start(Probe.Shell("sleep 600 & sleep 600 & wait") with
        {
            NewSession = true,
            Environment = new Dictionary<string, string> { ["TAG"] = "4711-a", ["PATH"] = "/usr/bin:/bin" },
        });
        try
        {
            Eventually(() => ProcessSearch.DescendantsOf(leader.Pid).Count == 2);
            var sleepers = ProcessSearch.DescendantsOf(leader.Pid);

            Assert.That(ProcessSearch.DescendantsOf(Environment.ProcessId), Is.SupersetOf(sleepers));
            Assert.That(ProcessSearch.InSession(leader.Pid), Is.EquivalentTo(sleepers.Append(leader.Pid)));

            Assert.That(ProcessSearch.WithEnvironment("TAG", "4711-a"), Is.EquivalentTo(sleepers.Append(leader.Pid)));
            Assert.That(ProcessSearch.WithEnvironment("TAG", "4711"), Is.Empty);
            Assert.That(ProcessSearch.WithEnvironment("AG", "4711-a"), Is.Empty);
        }
        finally
        {
            ProcessSearch.DescendantsOf(leader.Pid).ToList().ForEach(pid => Syscall.kill(pid, Signum.SIGKILL));
            Probe.End(leader);
        }
    }

    [Test]
    public void A_process_whose_first_thread_ended_lives_as_long_as_another_thread_does()
    {
        // exit(2) itself, which ends the calling thread alone.
        using var child = Spawner.Start(new()
        {
            ProgramPath = "/usr/bin/python3",
            Arguments = ["-c", "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(600,)).start(); ctypes.CDLL(None).syscall(60, 0)"],
        });
        try
        {
            Eventually(() => ProcessStat.TryRead(child.Pid, out var stat) && stat is { State: 'Z', Threads: 2 });

            Assert.That(new ProcessIdentity(child.Pid, child.StartTime, ProcessIdentity.CurrentBootId).IsAlive(), Is.True);
            Assert.That(ProcessSearch.ZombieChildren(), Does.Not.Contain(child.Pid));
        }
        finally
        {
            Probe.End(child);
        }
    }

    [Test]
    public void All_children_are_listed_whichever_thread_started_them_and_whether_or_not_it_lives()
    {
        var children = new ConcurrentBag<ChildProcess>();
        var threads = Enumerable.Range(0, 50).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 4; i++)
            {
                children.Add(Spawner.Start(Probe.Shell(i % 2 == 0 ? "sleep 600" : "exit 0")));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        try
        {
            // Threads come and go here.
            IReadOnlySet<int>? listed = null;
            Eventually(() => (listed = OwnChildren.TryList()) is not null);
            Assert.That(listed, Is.SupersetOf(children.Select(child => child.Pid)).And.Not.Contain(Environment.ProcessId));
        }
        finally
        {
            foreach (var child in children)
            {
                Probe.End(child);
            }
        }
    }

    [Test]
    public void A_zombie_is_found_among_our_children_and_nowhere_else()
    {
        using var child = Spawner.Start(Probe.Shell("exit 3") with { NewSession = true });
        Assert.That(child.PidFd.WaitForExit(TimeSpan.FromSeconds(10)), Is.True);

        Assert.That(ProcessSearch.ZombieChildren(), Does.Contain(child.Pid));
        Assert.That(ProcessSearch.InSession(child.Pid), Is.Empty);
        ChildProcess.Wait(child.Pid);
        Assert.That(ProcessSearch.ZombieChildren(), Does.Not.Contain(child.Pid));
    }

    private static void Eventually(Func<bool> condition)
    {
        for (var began = Stopwatch.GetTimestamp(); !condition(); Thread.Yield())
        {
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(20)));
        }
    }
}

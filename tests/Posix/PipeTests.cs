using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class PipeTests
{
    [Test]
    public void A_child_behind_its_gate_waits_for_the_whole_order()
    {
        var order = new string('x', 50_000);
        using var gate = GatePipe.Create();
        using var output = GatePipe.Create();
        using var child = Spawner.Start(Probe.Shell("cat <&3 | wc -c") with
        {
            Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd), SpawnDescriptor.Inherit(1, output.WriteEnd)],
        });
        gate.CloseReadEnd();
        output.CloseWriteEnd();
        Assert.That(child.PidFd.WaitForExit(TimeSpan.FromMilliseconds(20)), Is.False);

        gate.WriteAll(System.Text.Encoding.ASCII.GetBytes(order));

        Assert.That(InheritedDescriptor.ReadToEnd(output.ReadEnd, 100), Is.EqualTo("50000\n"u8.ToArray()));
        ChildProcess.Wait(child.Pid);
    }

    [Test]
    public void A_gate_that_is_closed_unopened_lets_nothing_run()
    {
        using var gate = GatePipe.Create();
        using var child = Spawner.Start(Probe.Shell("IFS= read -r order <&3 || exit 125") with { Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd)] });

        gate.Dispose();

        Assert.That(ChildProcess.Wait(child.Pid).ExitCode, Is.EqualTo(125));
    }

    [Test]
    public void Writing_to_nobody_is_an_error_and_no_signal()
    {
        using var pipe = GatePipe.Create();
        pipe.CloseReadEnd();

        Assert.That(() => pipe.WriteAll("x"u8), Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.EPIPE));
    }

    [Test]
    public void More_than_the_limit_is_refused()
    {
        using var pipe = GatePipe.Create();
        pipe.WriteAll(new byte[101]);

        Assert.That(() => InheritedDescriptor.ReadToEnd(pipe.ReadEnd, 100), Throws.InstanceOf<IOException>().With.Message.Contains("100 bytes"));
    }

    [Test]
    public void A_descriptor_that_nobody_handed_to_us_is_an_error()
    {
        Assert.That(() => InheritedDescriptor.Take(1023), Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.EBADF));
    }

    [TestCase("P12 34\0Rup\0", StartOutcome.Up, "up", 12)]
    [TestCase("Rup\0P12 34\0", StartOutcome.Up, "up", 12, TestName = "The daemon may be quicker than stage 1")]
    [TestCase("P12 34\0E78 line 1\nline 2\0", StartOutcome.Failed, "78 line 1\nline 2", 12)]
    [TestCase("P12 34\0", StartOutcome.Died, "", 12)]
    [TestCase("", StartOutcome.Died, "", null)]
    [TestCase("P12 34\0Rhalf a wo", StartOutcome.Died, "", 12)]
    [TestCase("Pgarbage\0?\0\0", StartOutcome.Died, "", null)]
    public void The_word_of_a_daemon_is_understood(string said, StartOutcome outcome, string text, int? pid)
    {
        var word = ReadinessWord.Parse(said, isWhole: true);

        Assert.That((word.Outcome, word.Text, word.Daemon?.Pid), Is.EqualTo((outcome, text, pid)));
    }

    [Test]
    public void A_daemon_that_has_not_said_anything_yet_ran_out_of_time()
    {
        using var pipe = GatePipe.Create();

        Assert.That(ReadinessWord.Read(pipe.ReadEnd, TimeSpan.FromMilliseconds(20)).Outcome, Is.EqualTo(StartOutcome.TimedOut));
    }
}

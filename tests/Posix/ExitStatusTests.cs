using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

/// <summary>F17: real children, every code and every deadly signal.</summary>
public sealed class ExitStatusTests
{
    [Test]
    public void F17_Every_exit_code_is_told_exactly()
    {
        for (var code = 0; code <= 255; code++)
        {
            var status = Probe.StatusOf(Probe.Shell($"exit {code}"));

            Assert.That(status, Is.EqualTo(ExitStatus.FromExitCode(code)));
            Assert.That(status.ToString(), Is.EqualTo($"exited with code {code}"));
        }
    }

    [Test]
    public void F17_Every_signal_that_ends_a_process_is_told_by_its_name()
    {
        // Not CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH (17 to 23, 28): their default is another.
        foreach (var number in Enumerable.Range(1, 31).Where(number => number is not ((>= 17 and <= 23) or 28)))
        {
            var status = Probe.StatusOf(Probe.Shell($"ulimit -c 0; kill -{number} $$; sleep 600"));

            Assert.That((status.Exited, status.Signal, status.IsUnknown), Is.EqualTo((false, number, false)));
            Assert.That(status.ToString(), Is.EqualTo($"killed by {Signals.NameOf(number)}"));
        }
    }

    [TestCase(0x8b, "killed by SIGSEGV (core dumped)")]
    [TestCase(34, "killed by SIGRTMIN")]
    [TestCase(40, "killed by SIGRTMIN+6")]
    public void A_wait_status_is_decoded(int status, string expected)
    {
        Assert.That(ExitStatus.FromWaitStatus(status).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void A_status_that_somebody_else_took_is_unknown()
    {
        using var child = Spawner.Start(Probe.Shell("exit 3"));
        ChildProcess.Wait(child.Pid);

        var second = ChildProcess.Wait(child.Pid);

        Assert.That(second.IsUnknown, Is.True);
        Assert.That(second.ToString(), Is.EqualTo("ended, nobody knows how"));
    }

    [Test]
    public void Names_are_those_of_the_shell()
    {
        Assert.That(Enumerable.Range(1, 31).Select(Signals.NameOf),
            Is.EqualTo(Probe.OutputOf(Probe.Shell("for n in $(seq 31); do env kill -l $n; done")).Split('\n').Select(name => $"SIG{(name == "POLL" ? "IO" : name)}")));
    }
}

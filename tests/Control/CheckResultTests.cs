using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class CheckResultTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly DaemonStatus Good = new()
    {
        Pid = 7,
        Version = "1",
        Host = "h",
        Since = Now,
        State = "running",
        Connected = true,
        Broker = "tcp://b:61613",
        Running = 2,
        Waiting = 5,
        MaxJobs = 8,
    };

    [Test]
    public void A_daemon_that_works_is_OK_with_performance_data()
    {
        var job = new JobRecord { Id = "a", MessageId = "m", Instrument = "LET", Run = "12", RbNumber = 3, Received = Now.AddSeconds(-42), State = JobState.Running };

        var result = CheckResult.Of(Good, [job], 10, 20, Now);

        Assert.That(result, Is.EqualTo(new CheckResult(0,
            "AUTOREDUCTION OK: connected to tcp://b:61613, 2 running, >= 5 waiting, oldest LET 12 (RB 3) since 42 s | running=2;;;0;8 waiting=5;10;20;0 oldest=42s;;;0")));
    }

    [TestCase(null, null, 0)]
    [TestCase(6, 7, 0)]
    [TestCase(5, 6, 1)]
    [TestCase(4, 5, 2)]
    [TestCase(null, 5, 2)]
    public void Thresholds_count_waiting_runs(int? warning, int? critical, int expected)
    {
        Assert.That(CheckResult.Of(Good, [], warning, critical, Now).Code, Is.EqualTo(expected));
    }

    [Test]
    public void What_a_person_should_look_at_is_told()
    {
        Assert.That(CheckResult.Of(Good with { Connected = false, Broker = "refused" }, [], null, null, Now).Line, Does.StartWith("AUTOREDUCTION CRITICAL: not connected: refused"));
        Assert.That(CheckResult.Of(Good with { Problems = ["disk | full\nnow"] }, [], null, null, Now).Line, Does.StartWith("AUTOREDUCTION WARNING: disk / full now, "));
        Assert.That(CheckResult.Of(Good with { State = "stopping" }, [], null, null, Now).Line, Does.StartWith("AUTOREDUCTION WARNING: stopping"));
    }
}

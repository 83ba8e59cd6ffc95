using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class CheckResultTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly DaemonStatus Good = SampleStatus.RunningSince(Now);

    [Test]
    public void A_daemon_that_works_is_OK_with_performance_data()
    {
        var job = new JobRecord { Id = "a", MessageId = "m", Instrument = "LET", Run = "12", RbNumber = 3, Received = Now.AddSeconds(-42), State = JobState.Running };

        var result = CheckResult.Of(new(Good, [job]), new(10, 20), Now);

        Assert.That(result, Is.EqualTo(new CheckResult(0,
            "AUTOREDUCTION OK: connected to tcp://b:61613, 2 running, >= 5 waiting, oldest LET 12 (RB 3) for 42 s | running=2;;;0;8 waiting=5;10;20;0 oldest=42s;;;0")));
    }

    [TestCase(null, null, 0)]
    [TestCase(6, 7, 0)]
    [TestCase(5, 6, 1)]
    [TestCase(4, 5, 2)]
    [TestCase(null, 5, 2)]
    public void Thresholds_count_waiting_runs(int? warning, int? critical, int expected)
    {
        Assert.That(CheckResult.Of(new(Good, []), new(warning, critical), Now).Code, Is.EqualTo(expected));
    }

    [TestCase(43, 50, 0, "connected")]
    [TestCase(42, 50, 1, "the oldest run is here for 42 s or longer")]
    [TestCase(null, 42, 2, "the oldest run is here for 42 s or longer")]
    public void Thresholds_tell_the_age_of_the_oldest_run(int? warning, int? critical, int expected, string words)
    {
        var job = new JobRecord { Id = "a", MessageId = "m", Instrument = "LET", Run = "12", RbNumber = 3, Received = Now.AddSeconds(-42), State = JobState.Running };

        var result = CheckResult.Of(new(Good, [job]), new(null, null, warning, critical), Now);

        Assert.That(result.Code, Is.EqualTo(expected));
        Assert.That(result.Line, Does.Contain($": {words}").And.EndWith($" oldest=42s;{warning};{critical};0"));
    }

    [TestCase(200, 50, null, null, "--warning 200 is above --critical 50")]
    [TestCase(null, null, 9, 8, "--oldest-warning 9 is above --oldest-critical 8")]
    [TestCase(-1, null, null, null, "--warning -1 is negative")]
    [TestCase(1, -2, null, null, "--critical -2 is negative")]
    [TestCase(null, null, -3, null, "--oldest-warning -3 is negative")]
    [TestCase(null, null, null, -4, "--oldest-critical -4 is negative")]
    [TestCase(0, 0, 0, 0, null)]
    [TestCase(5, 5, 6, 6, null)]
    [TestCase(5, null, null, 6, null)]
    public void Thresholds_that_make_no_sense_are_a_mistake(int? warning, int? critical, int? oldestWarning, int? oldestCritical, string? mistake)
    {
        Assert.That(new CheckLimits(warning, critical, oldestWarning, oldestCritical).Mistake, Is.EqualTo(mistake));
    }

    [Test]
    public void What_a_person_should_look_at_is_told()
    {
        Assert.That(CheckResult.Of(new(Good with { Connected = false, Broker = "refused" }, []), new(), Now).Line, Does.StartWith("AUTOREDUCTION CRITICAL: not connected: refused"));
        Assert.That(CheckResult.Of(new(Good with { Problems = ["disk | full\nnow"] }, []), new(), Now).Line, Does.StartWith("AUTOREDUCTION WARNING: disk / full now, "));
        Assert.That(CheckResult.Of(new(Good with { State = "stopping" }, []), new(), Now).Line, Does.StartWith("AUTOREDUCTION WARNING: stopping"));
    }

    [TestCase(19L, 1L, 1, "10 or more runs wait, 2 running, 19 queued")]
    [TestCase(20L, 1L, 2, "20 or more runs wait, 2 running, 20 queued")]
    [TestCase(9L, 1L, 0, "connected to tcp://b:61613, 2 running, 9 queued")]
    [TestCase(9L, 0L, 2, "nobody is subscribed to the queue")]
    public void Where_the_broker_tells_the_queue_s_length_it_counts(long messages, long consumers, int code, string words)
    {
        var result = CheckResult.Of(new(Good, [], new QueueLength(messages, consumers)), new(10, 20), Now);

        Assert.That(result.Code, Is.EqualTo(code));
        Assert.That(result.Line, Does.Contain($": {words}").And.EndWith($" | running=2;;;0;8 waiting=5;;;0 queue={messages};10;20;0 consumers={consumers};;;0 oldest=0s;;;0"));
    }

    [Test]
    public void All_that_is_wrong_is_told_the_worst_first_and_decides_the_code()
    {
        var job = new JobRecord { Id = "a", MessageId = "m", Instrument = "LET", Run = "12", RbNumber = 3, Received = Now.AddSeconds(-42), State = JobState.Running };
        var troubled = Good with { Problems = ["results are kept", "disk full"], State = "stopping" };

        Assert.That(CheckResult.Of(new(troubled, [job], null, "queue length not known: x"), new(1, 5, 40, 50), Now), Is.EqualTo(new CheckResult(2,
            "AUTOREDUCTION CRITICAL: 5 or more runs wait; the oldest run is here for 40 s or longer; results are kept; disk full; stopping; queue length not known: x, "
            + "2 running, >= 5 waiting, oldest LET 12 (RB 3) for 42 s | running=2;;;0;8 waiting=5;1;5;0 oldest=42s;40;50;0")));
        Assert.That(CheckResult.Of(new(troubled, [], null, "x"), new(), Now).Line, Does.StartWith("AUTOREDUCTION WARNING: results are kept; disk full; stopping; x, "));
        Assert.That(CheckResult.Of(new(Good with { Connected = false, Broker = "gone" }, [], new QueueLength(20, 0)), new(10, 20), Now).Line,
            Does.StartWith("AUTOREDUCTION CRITICAL: not connected: gone; 20 or more runs wait, "));
    }

    [Test]
    public void A_broker_that_does_not_tell_makes_it_unknown_unless_something_worse_is_known()
    {
        Assert.That(CheckResult.Of(new(Good, [], null, "queue length not known: x"), new(10, 20), Now).Line,
            Is.EqualTo("AUTOREDUCTION UNKNOWN: queue length not known: x, 2 running, >= 5 waiting | running=2;;;0;8 waiting=5;10;20;0 oldest=0s;;;0"));
        Assert.That(CheckResult.Of(new(Good, [], null, "x"), new(null, 5), Now).Code, Is.EqualTo(2));
        Assert.That(CheckResult.Of(new(Good with { Problems = ["disk full"] }, [], null, "x"), new(), Now).Code, Is.EqualTo(1));
    }
}

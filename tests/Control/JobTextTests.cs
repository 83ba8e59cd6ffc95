using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class JobTextTests
{
    private static readonly JobRecord Job = new() { Id = "LET-12-0a", MessageId = "m", Instrument = "LET", Run = "12", RbNumber = 3, State = JobState.Finished };

    [Test]
    public void A_complete_run_names_its_results() =>
        Assert.That(JobText.Result(Job with { Result = JobResult.Complete, ResultDirectories = ["/a", "/b"] }), Is.EqualTo("Complete /a /b"));

    [Test]
    public void A_failed_run_says_why_in_one_line() =>
        Assert.That(JobText.Result(Job with { Result = JobResult.Error, Message = "no data\nmore" }), Is.EqualTo("Error no data"));

    [Test]
    public void What_a_message_only_repeats_is_said_once() =>
        Assert.That(JobText.Result(Job with { Result = JobResult.Cancelled, Message = "Cancelled" }), Is.EqualTo("Cancelled"));

    [Test]
    public void A_run_that_waits_for_its_next_attempt_says_why() =>
        Assert.That(JobText.Result(Job with { State = JobState.Retrying, Attempt = 1, Message = "was lost" }), Is.EqualTo("was lost"));

    [TestCase(1, "")]
    [TestCase(2, "attempt 2")]
    public void A_running_attempt_says_nothing_of_the_one_before(int attempt, string expected) =>
        Assert.That(JobText.Result(Job with { State = JobState.Running, Attempt = attempt, Message = "was lost" }), Is.EqualTo(expected));

    [Test]
    public void A_line_has_the_name_that_logs_takes() =>
        Assert.That(JobText.Line(Job with { Result = JobResult.Skipped }, default, inColour: false), Does.Contain(" LET-12-0a ").And.EndWith(" Skipped"));
}

using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class TerminalMessageTests
{
    private static readonly JobMessage Arrived = JobMessage.Parse(
        """
        {"rb_number": "1810001", "message": "an incoming note", "software": {"name": "Mantid", "version": "6"}, "retry_in": 5,
         "reduction_arguments": {"standard_vars": {"UB Matrix": [1.0, 2e3], "vanadium-mass": 1.50}}, "run_title": "té"}
        """u8);

    [Test]
    public void A_success_has_no_reason_and_lists_its_directories()
    {
        var told = Told(new RunOutcome { Result = JobResult.Complete, Software = "6.11.0" }, ["/r/run-version-0/"]);

        Assert.That(told["message"], Is.Null);
        Assert.That(told["reduction_data"]!.ToJsonString(), Is.EqualTo("[\"/r/run-version-0/\"]"));
        Assert.That(told["software"]!.GetValue<string>(), Is.EqualTo("6.11.0"));
        Assert.That(told["retry_in"], Is.Null);
        Assert.That(told["reduction_log"]!.GetValue<string>(), Is.EqualTo("script"));
        Assert.That(told["admin_log"]!.GetValue<string>(), Is.EqualTo("admin"));
    }

    [TestCase(JobResult.Error, "no monitors", "no monitors")]
    [TestCase(JobResult.Skipped, "Reduction Skipped: x", "Reduction Skipped: x")]
    [TestCase(JobResult.Error, null, "no reason was given")]
    public void Anything_else_has_a_reason_and_no_data(JobResult result, string? reason, string expected)
    {
        var told = Told(new RunOutcome { Result = result, Message = reason }, ["/r/run-version-0/"]);

        Assert.That(told["message"]!.GetValue<string>(), Is.EqualTo(expected));
        Assert.That(told["reduction_data"], Is.Null);
        Assert.That(told["software"], Is.Null);
    }

    [Test]
    public void Every_key_is_there_and_what_is_not_ours_is_echoed()
    {
        var told = Told(new RunOutcome { Result = JobResult.Complete }, []);

        Assert.That(told.Select(pair => pair.Key), Is.SupersetOf(MessageKeys.Always));
        Assert.That(told["rb_number"]!.ToJsonString(), Is.EqualTo("\"1810001\""));
        Assert.That(told["run_title"]!.GetValue<string>(), Is.EqualTo("té"));
        Assert.That(told["reduction_arguments"]!.ToJsonString(), Is.EqualTo("""{"standard_vars":{"UB Matrix":[1.0,2e3],"vanadium-mass":1.50}}"""));
    }

    [TestCase(JobResult.Complete, "/queue/ReductionComplete")]
    [TestCase(JobResult.Error, "/queue/ReductionError")]
    [TestCase(JobResult.Skipped, "/queue/ReductionSkipped")]
    public void Each_outcome_has_its_queue(JobResult result, string queue) =>
        Assert.That(TerminalMessage.Destination(result, new QueueSettings()), Is.EqualTo(queue));

    private static JsonObject Told(RunOutcome outcome, IReadOnlyList<string> directories) =>
        JsonNode.Parse(TerminalMessage.Of(Arrived, outcome, directories, "script", "admin"))!.AsObject();
}

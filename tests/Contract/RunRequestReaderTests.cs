using System.Text;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

public sealed class RunRequestReaderTests
{
    private const string Good = """{"data":"/d/1.nxs","facility":"ISIS","instrument":"LET","rb_number":"1810001","run_number":1,"x":1.50}""";

    [Test]
    public void An_RB_number_as_text_is_the_same_experiment()
    {
        Assert.That(RunRequestReader.TryRead(Parse(Good), out var run, out _), Is.True);
        Assert.That(run.RbNumber, Is.EqualTo(1810001));
    }

    [TestCase("data")]
    [TestCase("facility")]
    [TestCase("instrument")]
    [TestCase("rb_number")]
    [TestCase("run_number")]
    public void A_missing_field_is_named(string field)
    {
        Assert.That(RunRequestReader.TryRead(Parse(Good).With((field, null)), out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo($"{field} is missing"));
    }

    [TestCase("instrument", "\"../etc\"")]
    [TestCase("rb_number", "\"12a\"")]
    [TestCase("rb_number", "0")]
    [TestCase("run_number", "1.5")]
    [TestCase("run_number", "[]")]
    [TestCase("data", "[\"a\"]")]
    [TestCase("data", "{}")]
    [TestCase("reduction_script", "1")]
    [TestCase("reduction_arguments", "[]")]
    public void A_wrong_field_is_named(string field, string value)
    {
        var message = Parse(Good).With((field, System.Text.Json.Nodes.JsonNode.Parse(value)));

        Assert.That(RunRequestReader.TryRead(message, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith(field == "run_number" && value == "[]" ? "run_number" : field));
    }

    [TestCase("nonsense")]
    [TestCase("[1]")]
    [TestCase("null")]
    [TestCase("{\"a\":1,\"a\":2}")]
    [TestCase("{\"a\":\"\\ud800\"}")]
    public void What_is_no_JSON_object_is_refused(string body)
    {
        Assert.That(() => Parse(body), Throws.InstanceOf<MessageFormatException>());
    }

    [Test]
    public void What_is_sent_has_all_nineteen_keys_and_keeps_unknown_ones_as_they_came()
    {
        var sent = Encoding.UTF8.GetString(Parse(Good).ToUtf8());

        Assert.That(MessageKeys.Always, Has.Count.EqualTo(19));
        Assert.That(MessageKeys.Always.Select(key => $"\"{key}\":"), Has.All.Matches<string>(key => sent.Contains(key)));
        Assert.That(sent, Does.Contain("\"x\":1.50").And.Contain("\"rb_number\":\"1810001\"").And.Contain("\"admin_log\":\"\""));
    }

    private static JobMessage Parse(string json) => JobMessage.Parse(Encoding.UTF8.GetBytes(json));
}

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

    [TestCase("{}", "data is missing; facility is missing; instrument is missing; rb_number is missing; run_number is missing")]
    [TestCase("""{"data": "/d", "facility": "ISIS", "instrument": "LET"}""", "rb_number is missing; run_number is missing")]
    [TestCase("""{"cancel": true}""", "rb_number is missing; run_number is missing")]
    public void Missing_fields_are_named_together(string body, string expected)
    {
        Assert.That(RunRequestReader.TryRead(Parse(body), out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo(expected));
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
    [TestCase("{\"a\":Na}")]
    [TestCase("{\"a\":\"b")]
    [TestCase("{\"a\":\"\\")]
    [TestCase("NaN")]
    public void What_is_no_JSON_object_is_refused(string body)
    {
        Assert.That(() => Parse(body), Throws.InstanceOf<MessageFormatException>());
    }

    [TestCase("""{"run_number":7,"x":[NaN,-Infinity]}""", "NaN, -Infinity", """{"run_number":7,"x":[null,null]}""")]
    [TestCase("""{"run_number":7,"x":"NaN"}""", null, """{"run_number":7,"x":"NaN"}""")]
    [TestCase("""{"run_number":7,"x":{"a":1.50,"a":[2]}}""", "the key a twice", """{"run_number":7,"x":{"a":[2]}}""")]
    [TestCase("""{"run_number":7,"x":"\ud83d"}""", "half of a surrogate pair (\\ud83d)", """{"run_number":7,"x":"\ufffd"}""")]
    [TestCase("""{"run_number":7,"x":{"\ude00":"\ud83d\ude00\\ud800"}}""", "half of a surrogate pair (\\ude00)", """{"run_number":7,"x":{"\ufffd":"\ud83d\ude00\\ud800"}}""")]
    [TestCase("""{"run_number":7,"x":["\\\"NaN","\\\\",-1,-Infinity,"Inf"]}""", "-Infinity", """{"run_number":7,"x":["\\\"NaN","\\\\",-1,null,"Inf"]}""")]
    [TestCase("""{"run_number":7,"x":1.50,"x":1.50}""", "the key x twice", """{"run_number":7,"x":1.50}""")]
    public void What_only_Python_writes_is_answered_and_not_reduced(string body, string? problem, string echo)
    {
        var message = Parse(body);

        Assert.That(message.Problem, problem is null ? Is.Null : Does.StartWith($"the body holds {problem};"));
        Assert.That(System.Text.Json.JsonElement.DeepEquals(Element(message.ToUtf8(), "x"), Element(Encoding.UTF8.GetBytes(echo), "x")), Is.True);
        Assert.That((int)message["run_number"]!, Is.EqualTo(7));
        Assert.That(message.With(("message", "a note")).Problem, Is.EqualTo(message.Problem));
        if (problem is not null)
        {
            Assert.That(RunRequestReader.TryRead(message, out _, out var error), Is.False);
            Assert.That(error, Is.EqualTo(message.Problem));
        }
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

    private static System.Text.Json.JsonElement Element(byte[] json, string key)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.GetProperty(key).Clone();
    }
}

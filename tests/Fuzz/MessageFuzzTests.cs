using System.Text;
using System.Text.Json;
using Autoreduction.Contract;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Autoreduction.Tests.Fuzz;

/// <summary>Messages that nobody thought of.</summary>
public sealed class MessageFuzzTests
{
    private const string Whole = """
        {"description": null, "facility": "ISIS", "run_number": 1234, "instrument": "ENGINX", "rb_number": "1810001", "started_by": -1,
        "data": "\\\\isis\\inst$\\NDXENGINX\\1.nxs", "overwrite": true, "run_version": 0, "job_id": null, "reduction_script": "def main(input_file, output_dir):\n    pass\n",
        "reduction_arguments": {"standard_vars": {"UB Matrix": [1.50, 1e5]}, "advanced_vars": {}}, "reduction_log": "", "admin_log": "", "message": null,
        "retry_in": null, "reduction_data": null, "cancel": null, "software": {"name": "Mantid", "version": "6.5"}, "flat_output": false}
        """;

    private const string Batch = """{"facility": "ISIS", "run_number": [1, "2"], "instrument": "LET", "rb_number": 1, "data": ["/a", "/b"], "run_version": "3"}""";
    private const string Cancel = """{"cancel": true, "rb_number": 1, "run_number": 2}""";

    [Test]
    public void What_a_message_holds_survives_the_round_trip_in_order_and_spelling() =>
        Fuzz.Check(15_000, AnyJson.Object([.. MessageKeys.Always], AnyJson.Value), text =>
        {
            using var before = JsonDocument.Parse(text);
            using var after = JsonDocument.Parse(JobMessage.Parse(Encoding.UTF8.GetBytes(text)).ToUtf8());
            var kept = after.RootElement.EnumerateObject().ToList();

            Assert.That(kept.Select(property => property.Name), Is.SupersetOf(MessageKeys.Always));
            foreach (var (old, now) in before.RootElement.EnumerateObject().Zip(kept))
            {
                Assert.That(now.Name, Is.EqualTo(old.Name));
                AssertSame(old.Value, now.Value);
            }
        });

    [Test]
    public void Every_value_of_every_field_is_either_read_or_refused_in_words() =>
        Fuzz.Check(15_000, AnyJson.Object(Fields, Gen.OneOf(AnyJson.Value, Gen.Elements("\"ENGINX\"", "1", "\"7\"", "[1]", "[\"/a\"]", "\"/a\""))), text =>
            AssertReadable(JobMessage.Parse(Encoding.UTF8.GetBytes(text))));

    [Test]
    public void A_broken_body_is_refused_as_one_and_nothing_else_happens() =>
        Fuzz.Check(20_000, Mutation.Of(Whole, Batch, Cancel, "[]", ""), bytes =>
        {
            try
            {
                AssertReadable(JobMessage.Parse(bytes));
            }
            catch (MessageFormatException e)
            {
                // It travels in a header, beside others.
                Assert.That(Encoding.UTF8.GetByteCount(e.Message), Is.InRange(1, 1000));
            }
        });

    [Test]
    public void A_reason_stays_short_whatever_the_body()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"{new string('k', 20_000)}\": x}}");

        Assert.That(Assert.Throws<MessageFormatException>(() => JobMessage.Parse(body))!.Message, Has.Length.LessThan(500));
    }

    private static string[] Fields { get; } =
    [
        MessageKeys.Data, MessageKeys.Facility, MessageKeys.Instrument, MessageKeys.RbNumber, MessageKeys.RunNumber,
        MessageKeys.RunVersion, MessageKeys.ReductionArguments, MessageKeys.ReductionScript, MessageKeys.Cancel, MessageKeys.Overwrite,
    ];

    private static void AssertReadable(JobMessage message)
    {
        if (!RunRequestReader.TryRead(message, out var run, out var error))
        {
            Assert.That(error, Has.Length.InRange(10, 400));
            return;
        }

        Assert.That(run.RbNumber, Is.Positive);
        Assert.That(run.RunNumbers, Is.Not.Empty.And.All.Positive);
        Assert.That(run.Instrument, Does.Match("^[A-Za-z0-9_-]{0,64}$"));
        Assert.That(run.IsCancel || run.Data.Count == run.RunNumbers.Count, Is.True);
        Assert.That(JobId.Of(run, "ID:1"), Does.Match("^[A-Za-z0-9_-]+$"));
    }

    private static void AssertSame(JsonElement before, JsonElement after)
    {
        Assert.That(after.ValueKind, Is.EqualTo(before.ValueKind));
        switch (before.ValueKind)
        {
            case JsonValueKind.Number:
                Assert.That(after.GetRawText(), Is.EqualTo(before.GetRawText()));
                break;
            case JsonValueKind.String:
                Assert.That(after.GetString(), Is.EqualTo(before.GetString()));
                break;
            case JsonValueKind.Array:
                Assert.That(after.GetArrayLength(), Is.EqualTo(before.GetArrayLength()));
                foreach (var (old, now) in before.EnumerateArray().Zip(after.EnumerateArray()))
                {
                    AssertSame(old, now);
                }

                break;
            case JsonValueKind.Object:
                Assert.That(after.EnumerateObject().Select(property => property.Name), Is.EqualTo(before.EnumerateObject().Select(property => property.Name)));
                foreach (var (old, now) in before.EnumerateObject().Zip(after.EnumerateObject()))
                {
                    AssertSame(old.Value, now.Value);
                }

                break;
        }
    }
}

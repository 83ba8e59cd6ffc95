using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The file <c>reduction.json</c> beside the logs: what was reduced, how, when, where, and what came out.</summary>
internal static class ReductionManifest
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(JobOrder order, RunRequest run, RunOutcome outcome, DateTimeOffset began, ResultTree tree)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("message_id", order.MessageId);
        json.WriteString("job_id", order.JobId);
        json.WriteNumber("attempt", order.Attempt);
        json.WriteString("facility", run.Facility);
        json.WriteString("instrument", run.Instrument);
        json.WriteNumber("rb_number", run.RbNumber);
        Write(json, "run_numbers", run.RunNumbers, json.WriteNumberValue);
        Write(json, "data", run.Data, json.WriteStringValue);
        if (run.RunVersion is { } version)
        {
            json.WriteNumber("run_version", version);
        }

        json.WriteString("outcome", outcome.Result.ToString().ToLowerInvariant());
        json.WriteString("message", outcome.Message);
        WriteHow(json, order, outcome, began);
        WriteFiles(json, tree);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteHow(Utf8JsonWriter json, JobOrder order, RunOutcome outcome, DateTimeOffset began)
    {
        var ended = DateTimeOffset.Now;
        json.WriteString("began", began);
        json.WriteString("ended", ended);
        json.WriteNumber("seconds", Math.Round((ended - began).TotalSeconds, 3));
        json.WriteString("host", Environment.MachineName);
        json.WriteString("software", outcome.Software);
        Write(json, "python", order.Reduction.Python, json.WriteStringValue);
        json.WriteString("post_process_admin", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3));
    }

    private static void WriteFiles(Utf8JsonWriter json, ResultTree tree)
    {
        json.WriteStartArray("files");
        foreach (var (name, file) in tree.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("bytes", file.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }
}

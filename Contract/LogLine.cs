using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Autoreduction.Contract;

/// <summary>How an event is written to a log: one line, the same in every program.</summary>
public static class LogLine
{
    private const string NewLine = " | ";
    private static readonly string[] OwnKeys = ["time", "level", "message", "exception"];
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line of an event, without its end: local time with offset, level, text.</summary>
    public static string Of(DateTimeOffset time, string level, string message, Exception? failure) =>
        $"{time:yyyy-MM-ddTHH:mm:ss.fffzzz} {level.ToUpperInvariant(),-5} {Text(message, failure)}";

    /// <summary>The text of an event, with its exception. Whatever a message or script put into it, it is one line.</summary>
    public static string Text(string message, Exception? failure) =>
        OneLine(failure is null ? message : $"{message}: {failure}");

    /// <summary>The line of an event as a JSON object: time in UTC, level, message, exception, and its facts by their names.</summary>
    public static string Json(DateTimeOffset time, string level, string message, Exception? failure, IEnumerable<KeyValuePair<string, object?>> facts)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line, Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("level", level.ToUpperInvariant());
            writer.WriteString("message", message);
            if (failure is not null)
            {
                writer.WriteString("exception", failure.ToString());
            }

            foreach (var (name, value) in facts.Where(fact => fact.Value is not null && !OwnKeys.Contains(fact.Key)))
            {
                Write(writer, name, value!);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case int number:
                writer.WriteNumber(name, number);
                break;
            case long number:
                writer.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(name, number);
                break;
            default:
                writer.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(string.Join(NewLine, lines).Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '\uFFFD' : c));
    }
}

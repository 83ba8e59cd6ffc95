using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autoreduction.Contract;

/// <summary>
/// A message between the services: one JSON object. What this project doesn't change is kept as it came, unknown keys,
/// their order and the spelling of numbers included. Immutable.
/// </summary>
public sealed class JobMessage
{
    private const int MaxReason = 200;

    // A key that comes twice shows when the tree is built. Asked to look for it before, the library fills a hash set whose
    // seed it takes from OpenSSL, which took longer to load than all else between the order and the connection.
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 64 };

    // Scripts in the message stay readable: only what JSON must have escaped is.
    private static readonly JsonWriterOptions WriteOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _fields;

    private JobMessage(JsonObject fields, string? problem) => (_fields, Problem) = (fields, problem);

    /// <summary>What keeps it from being reduced though it can be answered, in words for its sender; null: nothing.</summary>
    public string? Problem { get; }

    /// <summary>Reads the body of a message: UTF-8, with or without a byte order mark.</summary>
    /// <exception cref="MessageFormatException">It is no JSON, not even as Python writes it, or no object.</exception>
    public static JobMessage Parse(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var json = utf8.StartsWith(mark) ? utf8[mark.Length..] : utf8;
        var (node, problem) = Read(json);
        return node is JsonObject fields
            ? new JobMessage(fields, problem)
            : throw new MessageFormatException("the body is JSON, but not a JSON object");
    }

    /// <summary>The value of a key, or null where it is absent or null.</summary>
    public JsonNode? this[string key] => _fields[key];

    /// <summary>The text of a key, or null where it is absent, null or no text.</summary>
    public string? Text(string key) => _fields[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Whether a key is true.</summary>
    public bool IsTrue(string key) => _fields[key] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    /// <summary>This message with some keys changed.</summary>
    public JobMessage With(params ReadOnlySpan<(string Key, JsonNode? Value)> changes)
    {
        var copy = (JsonObject)_fields.DeepClone();
        foreach (var (key, value) in changes)
        {
            copy[key] = value;
        }

        return new JobMessage(copy, Problem);
    }

    /// <summary>The body as it is sent: all of the nineteen keys, absent ones with their defaults.</summary>
    public byte[] ToUtf8()
    {
        var complete = (JsonObject)_fields.DeepClone();
        foreach (var key in MessageKeys.Always)
        {
            if (!complete.ContainsKey(key))
            {
                complete[key] = Default(key);
            }
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriteOptions))
        {
            complete.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static (JsonNode? Node, string? Problem) Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var node = JsonNode.Parse(json, documentOptions: ReadOptions);
            ForceLazyParts(node);
            return (node, null);
        }
        catch (Exception e) when (IsOfJson(e))
        {
            return ReadLoosely(json, e);
        }
    }

    private static (JsonNode? Node, string? Problem) ReadLoosely(ReadOnlySpan<byte> json, Exception strictly)
    {
        try
        {
            var (node, problem) = LooseJson.Read(json, ReadOptions);
            return (node, Shortened(problem));
        }
        catch (Exception e) when (IsOfJson(e))
        {
            throw new MessageFormatException($"the body is not JSON: {Shortened(strictly.Message)}", strictly);
        }
    }

    // InvalidOperationException: a key or text with a lone surrogate, or with bytes that are no UTF-8.
    private static bool IsOfJson(Exception e) => e is JsonException or InvalidOperationException or ArgumentException;

    // It names the path of keys, which may be as long as the body; as a header it would be more than a broker takes.
    private static string Shortened(string reason) =>
        reason.Length <= MaxReason ? reason : $"{reason[..(char.IsHighSurrogate(reason[MaxReason - 1]) ? MaxReason - 1 : MaxReason)]}…";

    private static JsonNode? Default(string key) => key switch
    {
        MessageKeys.Facility => JsonValue.Create("ISIS"),
        MessageKeys.ReductionLog or MessageKeys.AdminLog => JsonValue.Create(""),
        _ => null,
    };

    // Parts of the tree are read when they are first used, and written as they came: what can't be read, as a key or text
    // that is no UTF-8, shall show here and not later.
    private static void ForceLazyParts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                {
                    ForceLazyParts(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    ForceLazyParts(item);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}

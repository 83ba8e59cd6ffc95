using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autoreduction.Contract;

/// <summary>
/// Reads what Python's json module writes and reads though it is no strict JSON: NaN and Infinity (RFC 8259, section 6,
/// has none), halves of surrogate pairs and keys that come twice (sections 8.2 and 4 leave open what they mean).
/// A message with them can't be reduced, but its sender can be answered.
/// </summary>
internal static class LooseJson
{
    private const int EscapeLength = 6; // \uXXXX
    private const int ToldProblems = 5;

    private static readonly SearchValues<byte> InText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> OutOfText = SearchValues.Create("\"NI-"u8);
    private static readonly byte[][] NoNumbers = ["NaN"u8.ToArray(), "-Infinity"u8.ToArray(), "Infinity"u8.ToArray()];

    /// <summary>Reads it; what JSON has no word for becomes null or U+FFFD, and of two values of a key the last one counts, as in Python.</summary>
    /// <returns>The value, and what is wrong with it, in words for its sender.</returns>
    /// <exception cref="JsonException">It is no JSON in this sense either.</exception>
    /// <exception cref="InvalidOperationException">It holds text that is no UTF-8.</exception>
    public static (JsonNode? Node, string Problem) Read(ReadOnlySpan<byte> json, JsonDocumentOptions options)
    {
        var problems = new List<string>();
        using var document = JsonDocument.Parse(Strict(json, problems), options);
        var node = Build(document.RootElement, problems);
        return (node, $"the body holds {string.Join(", ", problems)}; it should be JSON as RFC 8259 has it");
    }

    private static ReadOnlyMemory<byte> Strict(ReadOnlySpan<byte> json, List<string> problems)
    {
        var strict = new ArrayBufferWriter<byte>(json.Length + 1);
        var isInText = false;
        while (json.IndexOfAny(isInText ? InText : OutOfText) is var at and >= 0)
        {
            strict.Write(json[..at]);
            json = json[at..];
            var (length, instead) = isInText ? Escaped(json, problems) : Word(json, problems);
            isInText ^= json[0] == '"';
            strict.Write(instead is null ? json[..length] : instead);
            json = json[length..];
        }

        strict.Write(json);
        return strict.WrittenMemory;
    }

    private static (int Length, byte[]? Instead) Word(ReadOnlySpan<byte> rest, List<string> problems)
    {
        foreach (var word in NoNumbers)
        {
            if (rest.StartsWith(word))
            {
                Add(problems, Encoding.ASCII.GetString(word));
                return (word.Length, "null"u8.ToArray());
            }
        }

        return (1, null);
    }

    private static (int Length, byte[]? Instead) Escaped(ReadOnlySpan<byte> rest, List<string> problems)
    {
        if (rest[0] != '\\' || rest.Length < 2)
        {
            return (1, null);
        }

        if (Escape(rest) is not { } first || !char.IsSurrogate(first))
        {
            return (2, null);
        }

        if (char.IsHighSurrogate(first) && Escape(rest[EscapeLength..]) is { } second && char.IsLowSurrogate(second))
        {
            return (2 * EscapeLength, null);
        }

        Add(problems, $"half of a surrogate pair (\\u{(int)first:x4})");
        return (EscapeLength, "\\ufffd"u8.ToArray());
    }

    private static void Add(List<string> problems, string problem)
    {
        if (problems.Count < ToldProblems && !problems.Contains(problem))
        {
            problems.Add(problem);
        }
    }

    private static char? Escape(ReadOnlySpan<byte> rest) =>
        rest.Length >= EscapeLength && rest.StartsWith("\\u"u8) && ushort.TryParse(rest[2..EscapeLength], NumberStyles.AllowHexSpecifier, null, out var unit)
            ? (char)unit
            : null;

    private static JsonNode? Build(JsonElement element, List<string> problems)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new JsonObject();
                foreach (var property in element.EnumerateObject())
                {
                    if (fields.ContainsKey(property.Name))
                    {
                        Add(problems, $"the key {property.Name} twice");
                    }

                    fields[property.Name] = Build(property.Value, problems);
                }

                return fields;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(item => Build(item, problems))]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }
}

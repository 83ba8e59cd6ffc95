using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Autoreduction.Contract;

/// <summary>Checks a message and reads what it asks for.</summary>
public static partial class RunRequestReader
{
    private static readonly string[] Required =
        [MessageKeys.Data, MessageKeys.Facility, MessageKeys.Instrument, MessageKeys.RbNumber, MessageKeys.RunNumber];

    // A cancel only has to say which run is meant.
    private static readonly string[] RequiredToCancel = [MessageKeys.RbNumber, MessageKeys.RunNumber];

    /// <summary>Reads <paramref name="message"/>; false with what is wrong, in words for its sender.</summary>
    public static bool TryRead(JobMessage message, out RunRequest request, out string error)
    {
        request = null!;
        if (message.Problem is { } problem)
        {
            error = problem;
            return false;
        }

        try
        {
            var isCancel = message.IsTrue(MessageKeys.Cancel);
            string[] missing = [.. (isCancel ? RequiredToCancel : Required).Where(key => message[key] is null)];
            if (missing.Length > 0)
            {
                throw new FormatException(string.Join("; ", missing.Select(key => $"{key} is missing")));
            }

            request = Read(message, isCancel);
            error = "";
            return true;
        }
        catch (FormatException e)
        {
            error = e.Message;
            return false;
        }
    }

    private static RunRequest Read(JobMessage message, bool isCancel)
    {
        var isBatch = message[MessageKeys.RunNumber] is JsonArray;
        var arguments = Object(message[MessageKeys.ReductionArguments], MessageKeys.ReductionArguments);
        var request = new RunRequest
        {
            IsCancel = isCancel,
            IsBatch = isBatch,
            RunNumbers = isBatch
                ? Batch(message, MessageKeys.RunNumber, node => Positive(node, MessageKeys.RunNumber))
                : [Positive(message[MessageKeys.RunNumber], MessageKeys.RunNumber)],
            RbNumber = Positive(message[MessageKeys.RbNumber], MessageKeys.RbNumber),
            Instrument = isCancel && message[MessageKeys.Instrument] is null ? "" : Instrument(message),
            Facility = isCancel ? "" : NonEmpty(message[MessageKeys.Facility], MessageKeys.Facility),
            Data = isCancel ? [] : Data(message, isBatch),
            RunVersion = Version(message[MessageKeys.RunVersion]),
            Overwrite = message.IsTrue(MessageKeys.Overwrite),
            FlatOutput = message.IsTrue(MessageKeys.FlatOutput),
            Script = Script(message[MessageKeys.ReductionScript]),
            StandardVars = Object(arguments?["standard_vars"], "reduction_arguments.standard_vars"),
            AdvancedVars = Object(arguments?["advanced_vars"], "reduction_arguments.advanced_vars"),
        };
        return isCancel || request.RunNumbers.Count == request.Data.Count
            ? request
            : throw new FormatException($"run_number lists {request.RunNumbers.Count} runs, but data lists {request.Data.Count} files; a batch needs one file for each run");
    }

    private static IReadOnlyList<string> Data(JobMessage message, bool isBatch)
    {
        var data = message[MessageKeys.Data];
        if (!isBatch)
        {
            return data is JsonArray
                ? throw new FormatException("data is a list, but run_number is not; a batch needs lists of the same length")
                : [DataPath(data)];
        }

        return data is JsonArray
            ? Batch(message, MessageKeys.Data, DataPath)
            : throw new FormatException($"data is {Shown(data)}, but run_number is a list; a batch needs lists of the same length");
    }

    private static string DataPath(JsonNode? node)
    {
        var path = NonEmpty(node, MessageKeys.Data);
        return path.Contains('\0') ? throw new FormatException("data holds a NUL character; it should be a path") : path;
    }

    private static List<T> Batch<T>(JobMessage message, string key, Func<JsonNode?, T> read) =>
        message[key] is JsonArray { Count: > 0 } list
            ? [.. list.Select(read)]
            : throw new FormatException($"{key} is {Shown(message[key])}; of a batch it should be a list that is not empty");

    private static string Instrument(JobMessage message) =>
        message.Text(MessageKeys.Instrument) is { } name && InstrumentPattern().IsMatch(name)
            ? name
            : throw new FormatException($"instrument is {Shown(message[MessageKeys.Instrument])}; it should be a name of at most 64 letters, digits, - and _");

    private static long Positive(JsonNode? node, string key) =>
        WholeNumber(node) is { } number and > 0
            ? number
            : throw new FormatException($"{key} is {Shown(node)}; it should be a whole number greater than 0");

    private static long? Version(JsonNode? node) => node is null
        ? null
        : WholeNumber(node) ?? throw new FormatException($"run_version is {Shown(node)}; it should be a whole number or null");

    private static long? WholeNumber(JsonNode? node)
    {
        if (node is not JsonValue value)
        {
            return null;
        }

        return value.GetValueKind() switch
        {
            JsonValueKind.Number when value.TryGetValue(out long number) => number,
            JsonValueKind.String when long.TryParse(value.GetValue<string>().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }

    private static string NonEmpty(JsonNode? node, string key) =>
        node is JsonValue value && value.TryGetValue(out string? text) && text.Trim().Length > 0
            ? text
            : throw new FormatException($"{key} is {Shown(node)}; it should be a text that is not empty");

    private static string? Script(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var text = node is JsonValue value && value.TryGetValue(out string? script)
            ? script
            : throw new FormatException($"reduction_script is {Shown(node)}; it should be the script's text or null");
        return text.Trim().Length == 0 ? null : text;
    }

    private static JsonObject? Object(JsonNode? node, string key) => node switch
    {
        null => null,
        JsonObject values => values,
        _ => throw new FormatException($"{key} is {Shown(node)}; it should be an object or null"),
    };

    // Never more than the first 50 characters of what a message holds.
    private static string Shown(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "null";
        return text.Length <= 50 ? text : $"{text[..50]}…";
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z")]
    private static partial Regex InstrumentPattern();
}

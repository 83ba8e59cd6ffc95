using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autoreduction.Daemon;

/// <summary>What monitoring services are told, with the keys that the agents of the SNS use.</summary>
internal static class NeighbourMessage
{
    private const int MaxPing = 64 << 10;
    private const int MaxDestination = 255;
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>That this daemon lives.</summary>
    public static byte[] Status() => Utf8(WithStatus([]));

    /// <summary>The answer to a ping, which is the ping with the status added; false where it says no place to answer to.</summary>
    public static bool TryAnswer(ReadOnlySpan<byte> ping, out string replyTo, out byte[] answer)
    {
        (replyTo, answer) = ("", []);
        try
        {
            if (ping.Length > MaxPing
                || JsonNode.Parse(ping, documentOptions: ReadOptions) is not JsonObject asked
                || asked["reply_to"] is not JsonValue value
                || !value.TryGetValue(out string? destination)
                || !IsDestination(destination))
            {
                return false;
            }

            (replyTo, answer) = (destination, Utf8(WithStatus(asked)));
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // InvalidOperationException: text with a lone surrogate, which has no UTF-8.
            return false;
        }
    }

    private static bool IsDestination(string text) =>
        text.Length <= MaxDestination
        && (text.StartsWith("/topic/", StringComparison.Ordinal) || text.StartsWith("/queue/", StringComparison.Ordinal))
        && !text.Any(char.IsControl);

    private static JsonObject WithStatus(JsonObject message)
    {
        message["src_name"] = Environment.MachineName;
        message["role"] = "postprocessing";
        message["status"] = "0";
        message["pid"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return message;
    }

    private static byte[] Utf8(JsonObject message)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            message.WriteTo(writer);
        }

        return bytes.ToArray();
    }
}

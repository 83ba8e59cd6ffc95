using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>The variables of a script, as a person writes them. The daemon passes over keys that it doesn't know; here they are a slip.</summary>
internal static class ScriptVariables
{
    private static readonly string[] Keys = ["standard_vars", "advanced_vars"];

    /// <summary>What is wrong with them; null: nothing.</summary>
    /// <exception cref="JsonException">It is no JSON after all: a key stands there twice.</exception>
    public static string? WhyNot(JsonNode? arguments)
    {
        try
        {
            return arguments is not JsonObject groups ? "it is JSON, but not an object"
                : groups.Select(group => WhyNot(group.Key, group.Value)).FirstOrDefault(why => why is not null);
        }
        catch (ArgumentException e)
        {
            // Found when an object is looked into first.
            throw new JsonException(e.Message, e);
        }
    }

    private static string? WhyNot(string key, JsonNode? values) =>
        !Keys.Contains(key) ? $"unknown key {key}; did you mean {Keys.MinBy(known => EditDistance.Between(key, known))}?"
        : values is not JsonObject ? $"{key} is {values?.GetValueKind().ToString().ToLowerInvariant() ?? "null"}; it should be an object"
        : null;
}

using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What came of a script.</summary>
internal sealed record RunOutcome
{
    public required JobResult Result { get; init; }

    /// <summary>The reason of an error or a skip; null of a success.</summary>
    public string? Message { get; init; }

    /// <summary>Further places that the results are to be copied to.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>Files outside of the output directory that belong to the results.</summary>
    public IReadOnlyList<string> OutputFiles { get; init; } = [];

    /// <summary>The reduction software's version, where the driver could tell.</summary>
    public string? Software { get; init; }

    public static RunOutcome Error(string message) => new() { Result = JobResult.Error, Message = message };

    public static JsonNode? TextNode(string? text) => text is null ? null : JsonValue.Create(text);
}

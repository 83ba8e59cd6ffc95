using System.Text.Json.Serialization;

namespace Autoreduction.Contract;

/// <summary>How a run ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobResult>))]
public enum JobResult
{
    /// <summary>Reduced, and its results stored.</summary>
    Complete,

    /// <summary>Failed.</summary>
    Error,

    /// <summary>Its script chose not to reduce it.</summary>
    Skipped,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}

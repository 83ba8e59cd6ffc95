using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autoreduction.Control;

/// <summary>How ctl's own answers are written as JSON, in the manner of the daemon's.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusWord))]
[JsonSerializable(typeof(SubmittedRun))]
internal sealed partial class ControlJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autoreduction.Contract;

/// <summary>How the programs' own data is written as JSON: compiled, since reflection is not there under NativeAOT.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CancelAnswer))]
[JsonSerializable(typeof(CancelNote))]
[JsonSerializable(typeof(DaemonStatus))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ExpectedRun))]
[JsonSerializable(typeof(JobOrder))]
[JsonSerializable(typeof(JobOutcome))]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(IReadOnlyList<JobRecord>))]
public sealed partial class ContractJson : JsonSerializerContext;

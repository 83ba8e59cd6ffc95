using System.Text.Json.Serialization;

namespace Autoreduction.Control;

/// <summary>Writes one text as JSON, without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class StatusText : JsonSerializerContext;

using System.Text.Json.Nodes;

namespace Autoreduction.Contract;

/// <summary>What a message asks for, checked: one run, or a batch of runs, of one experiment on one instrument.</summary>
public sealed record RunRequest
{
    /// <summary>The facility's name.</summary>
    public required string Facility { get; init; }

    /// <summary>The instrument as the message spells it.</summary>
    public required string Instrument { get; init; }

    /// <summary>The experiment's RB number.</summary>
    public required long RbNumber { get; init; }

    /// <summary>The run's number; of a batch, all of them in order.</summary>
    public required IReadOnlyList<long> RunNumbers { get; init; }

    /// <summary>Paths of the data as the message spells them, one for each run.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Whether the message lists runs, even if only one.</summary>
    public required bool IsBatch { get; init; }

    /// <summary>The version that the database knows this request by, or null.</summary>
    public long? RunVersion { get; init; }

    /// <summary>Whether the results replace run-version-0.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether the message asks for results without run and version folders.</summary>
    public bool FlatOutput { get; init; }

    /// <summary>The script's text, or null where the scripts directory's is meant.</summary>
    public string? Script { get; init; }

    /// <summary>The script's variables, as in the message.</summary>
    public JsonObject? StandardVars { get; init; }

    /// <summary>The script's advanced variables, as in the message.</summary>
    public JsonObject? AdvancedVars { get; init; }

    /// <summary>Whether this is a request to cancel the run.</summary>
    public bool IsCancel { get; init; }

    /// <summary>The instrument as paths have it.</summary>
    public string InstrumentFolder => Instrument.ToUpperInvariant();

    /// <summary>The run, or the range of a batch, as log file names have it.</summary>
    public string RunLabel => IsBatch ? $"{RunNumbers[0]}-{RunNumbers[^1]}" : $"{RunNumbers[0]}";

    /// <summary>The run, or the range of a batch, as result directories have it.</summary>
    public string RunFolder => IsBatch ? $"batch-{RunLabel}" : RunLabel;

    /// <summary>The request for people: instrument, run, version and RB number.</summary>
    public override string ToString() => $"{(Instrument.Length > 0 ? $"{Instrument} " : "run ")}{RunLabel}{(RunVersion is { } v ? $"/v{v}" : "")} (RB {RbNumber})";
}

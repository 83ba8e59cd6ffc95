namespace Autoreduction.Contract;

/// <summary>A cancel of a run that was not seen yet; a file in <c>state_directory/cancels/</c>.</summary>
public sealed record CancelNote
{
    /// <summary>The instrument as paths have it; empty: any.</summary>
    public required string Instrument { get; init; }

    /// <summary>The experiment.</summary>
    public required long RbNumber { get; init; }

    /// <summary>The run, or the range of a batch.</summary>
    public required string Run { get; init; }

    /// <summary>The version of the request, where it has one.</summary>
    public long? RunVersion { get; init; }

    /// <summary>When it arrived, by the calendar.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it arrived, in seconds since the machine started: this clock is never set.</summary>
    public required double Uptime { get; init; }

    /// <summary>The boot that <see cref="Uptime"/> belongs to.</summary>
    public required string BootId { get; init; }
}

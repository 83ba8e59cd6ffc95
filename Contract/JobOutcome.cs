namespace Autoreduction.Contract;

/// <summary>What came out of a run; <c>outcome.json</c> in the job directory, beside the terminal message itself.</summary>
public sealed record JobOutcome
{
    /// <summary>How the run ended.</summary>
    public required JobResult Result { get; init; }

    /// <summary>The destination that the terminal message is for; empty: nothing is published.</summary>
    public required string Destination { get; init; }

    /// <summary>Whether the broker confirmed the terminal message.</summary>
    public bool Published { get; init; }

    /// <summary>
    /// Whether the daemon sent the terminal message together with the acknowledgement. Both took effect or neither: the
    /// broker's sending the run's message again, or not, tells which.
    /// </summary>
    public bool SentWithAck { get; init; }

    /// <summary>The reason of an error or a skip.</summary>
    public string? Message { get; init; }

    /// <summary>Where the results are.</summary>
    public IReadOnlyList<string> ResultDirectories { get; init => field = value ?? []; } = [];

    /// <summary>When the outcome was known.</summary>
    public required DateTimeOffset Time { get; init; }
}

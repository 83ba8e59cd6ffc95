namespace Autoreduction.PostProcessAdmin;

/// <summary>What a run came to, and what lies in long-term storage of it.</summary>
/// <param name="Outcome">What is to be told.</param>
/// <param name="Results">Where it lies; null: nothing could be stored.</param>
internal sealed record StoredRun(RunOutcome Outcome, StoredResults? Results)
{
    /// <summary>How long storing took.</summary>
    public TimeSpan StoringTime { get; init; }

    /// <summary>The directories that are told.</summary>
    public IReadOnlyList<string> Directories => Results is null ? [] : [Results.Directory];
}

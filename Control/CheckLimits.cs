namespace Autoreduction.Control;

/// <summary>From where on <c>check</c> is not content; null: no limit.</summary>
/// <param name="Warning">Waiting runs to warn of.</param>
/// <param name="Critical">Waiting runs that are critical.</param>
/// <param name="OldestWarning">For how many seconds the oldest run may be here before that is warned of.</param>
/// <param name="OldestCritical">From how many seconds on it is critical.</param>
internal sealed record CheckLimits(int? Warning = null, int? Critical = null, int? OldestWarning = null, int? OldestCritical = null)
{
    /// <summary>What is wrong with them; null: nothing.</summary>
    public string? Mistake =>
        Given.FirstOrDefault(limit => limit.Number < 0) is (Option: { } option, var number) ? $"{option} {number} is negative"
        : Warning > Critical ? $"--warning {Warning} is above --critical {Critical}"
        : OldestWarning > OldestCritical ? $"--oldest-warning {OldestWarning} is above --oldest-critical {OldestCritical}"
        : null;

    private (string Option, int? Number)[] Given =>
        [("--warning", Warning), ("--critical", Critical), ("--oldest-warning", OldestWarning), ("--oldest-critical", OldestCritical)];
}

namespace Autoreduction.Daemon;

/// <summary>When something that failed is tried again: each time twice as late, within a limit. Its clock never jumps.</summary>
internal sealed class BackOff(TimeProvider clock, TimeSpan first, TimeSpan longest)
{
    private int _failures;
    private long _failedAt;

    /// <summary>Whether it may be tried now.</summary>
    public bool IsDue => _failures == 0 || clock.GetElapsedTime(_failedAt) >= Delay;

    /// <summary>The wait after the failures so far.</summary>
    public TimeSpan Delay => _failures == 0 ? TimeSpan.Zero : Min(first * Math.Pow(2, Math.Min(_failures - 1, 30)), longest);

    /// <summary>It failed, once more.</summary>
    public void Failed()
    {
        _failures++;
        _failedAt = clock.GetTimestamp();
    }

    /// <summary>It succeeded, or there is reason to think that it would.</summary>
    public void Reset() => _failures = 0;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

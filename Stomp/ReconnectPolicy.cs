namespace Autoreduction.Stomp;

/// <summary>How brokers are tried again; the names of the URI's options in brackets.</summary>
public sealed record ReconnectPolicy
{
    // Never at once, whatever the settings: it would be a flood.
    private const double ShortestMilliseconds = 10;

    /// <summary>Wait after the first round of failures (initialReconnectDelay, ms).</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait (maxReconnectDelay, ms).</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Factor from one wait to the next (reconnectDelayExponent; 1 without useExponentialBackOff).</summary>
    public double Exponent { get; init; } = 2;

    /// <summary>Whether brokers are tried in random order (randomize).</summary>
    public bool Randomize { get; init; }

    /// <summary>The wait after <paramref name="failures"/> failures in a row: it grows, is capped, and is up to a quarter shorter by chance.</summary>
    /// <param name="failures">1 for the first failure.</param>
    /// <param name="chance">From 0 to 1: so that many clients of a broker don't come back at once.</param>
    public TimeSpan DelayAfter(int failures, double chance)
    {
        var grown = InitialDelay.TotalMilliseconds * Math.Pow(Exponent, Math.Min(failures - 1, 60));
        var capped = Math.Max(Math.Min(grown, MaxDelay.TotalMilliseconds), ShortestMilliseconds);
        return TimeSpan.FromMilliseconds(capped * (1 - (0.25 * chance)));
    }
}

namespace Autoreduction.Stomp;

/// <summary>
/// How long something may take, in ticks of a clock that stands still when the process does: one that was stopped for an
/// hour first reads what waits, and then complains.
/// </summary>
/// <param name="limit">How long; zero or infinite: for ever.</param>
/// <param name="tick">How often <see cref="RunsOut"/> is asked.</param>
internal sealed class Patience(TimeSpan limit, TimeSpan tick)
{
    private readonly int _most = TicksOf(limit, tick);
    private int _ticks;

    /// <summary>So many ticks are longer than <paramref name="limit"/>: the first may come at once, and stands for no time at all.</summary>
    public static int TicksOf(TimeSpan limit, TimeSpan tick) =>
        limit > TimeSpan.Zero ? (int)Math.Min(Math.Ceiling(limit / tick) + 1, int.MaxValue) : int.MaxValue;

    /// <summary>Something happened.</summary>
    public void Renew() => Volatile.Write(ref _ticks, 0);

    /// <summary>One tick more without anything; whether it was one too many.</summary>
    public bool RunsOut() => Interlocked.Increment(ref _ticks) >= _most;
}

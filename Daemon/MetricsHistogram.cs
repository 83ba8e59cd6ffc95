namespace Autoreduction.Daemon;

/// <summary>How often a value was at most each of some bounds.</summary>
/// <param name="bounds">Upper bounds, ascending.</param>
internal sealed class MetricsHistogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];

    /// <summary>The sum of all values.</summary>
    public double Sum { get; private set; }

    /// <summary>How many values there were.</summary>
    public long Count => _counts.Sum();

    /// <summary>Each bound with the number of values up to it.</summary>
    public IEnumerable<(double Bound, long Count)> Cumulative
    {
        get
        {
            long count = 0;
            for (var i = 0; i < bounds.Length; i++)
            {
                count += _counts[i];
                yield return (bounds[i], count);
            }
        }
    }

    /// <summary>Counts a value; a negative one, from a clock that was set back, as 0.</summary>
    public void Observe(double value)
    {
        var seen = Math.Max(0, value);
        var bucket = Array.FindIndex(bounds, bound => seen <= bound);
        _counts[bucket < 0 ? bounds.Length : bucket]++;
        Sum += seen;
    }
}

using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>What was agreed on heart-beats; zero means none in that direction.</summary>
/// <param name="Send">The longest that we may be silent.</param>
/// <param name="Receive">The interval at which the broker promised to be heard.</param>
internal readonly record struct HeartBeats(TimeSpan Send, TimeSpan Receive)
{
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTick = TimeSpan.FromMinutes(1);

    /// <summary>The silence after which the broker is taken for gone.</summary>
    public TimeSpan ReceiveLimitFor(StompConnectionOptions options) =>
        Receive > TimeSpan.Zero ? Receive * options.HeartBeatTolerance : Timeout.InfiniteTimeSpan;

    /// <summary>How often the connection's clock must tick: often enough for all that it watches.</summary>
    public TimeSpan TickFor(StompConnectionOptions options)
    {
        // A beat is sent after one to two ticks of silence, and has one more to get there.
        TimeSpan[] watched = [Send / 3, Receive / 2, options.WriteTimeout / 4, options.ReceiptTimeout / 4];
        return watched.Where(interval => interval > TimeSpan.Zero).Append(LongestTick).Min() is var tick && tick > ShortestTick ? tick : ShortestTick;
    }

    // STOMP 1.2, "Heart-beating": CONNECT <cx>,<cy>, CONNECTED <sx>,<sy>; client to server MAX(<cx>,<sy>) unless one is 0.
    public static HeartBeats Agree(TimeSpan ours, string? connected)
    {
        var parts = (connected ?? "0,0").Split(',');
        if (parts.Length != 2 || !TryMilliseconds(parts[0], out var sends) || !TryMilliseconds(parts[1], out var wants))
        {
            throw new StompProtocolException("the heart-beat header of CONNECTED is no pair of numbers");
        }

        return new(Slower(ours, wants), Slower(ours, sends));
    }

    private static TimeSpan Slower(TimeSpan one, TimeSpan other) =>
        one == TimeSpan.Zero || other == TimeSpan.Zero ? TimeSpan.Zero : one > other ? one : other;

    private static bool TryMilliseconds(string text, out TimeSpan interval)
    {
        var valid = int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds);
        interval = TimeSpan.FromMilliseconds(milliseconds);
        return valid;
    }
}

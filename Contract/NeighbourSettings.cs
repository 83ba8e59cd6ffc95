namespace Autoreduction.Contract;

/// <summary>What is told to monitoring services that listen at the broker: the <c>[neighbours]</c> section of the settings.</summary>
public sealed record NeighbourSettings
{
    /// <summary>The topic on which the daemon says regularly that it lives; empty: it doesn't.</summary>
    public string StatusTopic { get; init; } = "";

    /// <summary>How often it says so.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The topic whose pings are answered to their <c>reply_to</c>; empty: none are.</summary>
    public string PingTopic { get; init; } = "";

    /// <summary>Whether any of it is wanted.</summary>
    public bool IsOn => StatusTopic.Length > 0 || PingTopic.Length > 0;
}

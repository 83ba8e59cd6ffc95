namespace Autoreduction.Contract;

/// <summary>Everything that can be configured, checked. Immutable.</summary>
public sealed record Settings
{
    /// <summary>The broker.</summary>
    public BrokerSettings Broker { get; init; } = new();

    /// <summary>The broker's passcode where the environment gave it; never written anywhere.</summary>
    public string? BrokerPassword { get; init; }

    /// <summary>The destinations.</summary>
    public QueueSettings Queues { get; init; } = new();

    /// <summary>The daemon.</summary>
    public DaemonSettings Daemon { get; init; } = new();

    /// <summary>Reductions, of instruments without overrides of their own.</summary>
    public ReductionSettings Reduction { get; init; } = new();

    /// <summary>Reductions of instruments with overrides, complete, by name in upper case.</summary>
    public IReadOnlyDictionary<string, ReductionSettings> Instruments { get; init; } =
        new Dictionary<string, ReductionSettings>();

    /// <summary>How runs of <paramref name="instrument"/> are reduced.</summary>
    public ReductionSettings ReductionOf(string instrument) =>
        Instruments.GetValueOrDefault(instrument.ToUpperInvariant(), Reduction);
}

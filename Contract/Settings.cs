namespace Autoreduction.Contract;

/// <summary>Everything that can be configured, checked. Immutable.</summary>
public sealed record Settings
{
    /// <summary>What <see cref="WhereOf"/> says of a key that nobody set.</summary>
    public const string Default = "default";

    /// <summary>The broker.</summary>
    public BrokerSettings Broker { get; init; } = new();

    /// <summary>The broker's passcode where the environment gave it; never written anywhere.</summary>
    public string? BrokerPassword { get; init; }

    /// <summary>The destinations.</summary>
    public QueueSettings Queues { get; init; } = new();

    /// <summary>The daemon.</summary>
    public DaemonSettings Daemon { get; init; } = new();

    /// <summary>Monitoring services that listen at the broker.</summary>
    public NeighbourSettings Neighbours { get; init; } = new();

    /// <summary>Reductions, of instruments without overrides of their own.</summary>
    public ReductionSettings Reduction { get; init; } = new();

    /// <summary>Reductions of instruments with overrides, complete, by name in upper case.</summary>
    public IReadOnlyDictionary<string, ReductionSettings> Instruments { get; init; } =
        new Dictionary<string, ReductionSettings>();

    /// <summary>Where each key that isn't at its default was set: file and line, or environment variable.</summary>
    public IReadOnlyDictionary<string, string> Origins { get; init; } = new Dictionary<string, string>();

    /// <summary>What a person should know of, although the settings can be used.</summary>
    public IReadOnlyList<SettingsError> Warnings { get; init; } = [];

    /// <summary>How runs of <paramref name="instrument"/> are reduced.</summary>
    public ReductionSettings ReductionOf(string instrument) =>
        Instruments.GetValueOrDefault(instrument.ToUpperInvariant(), Reduction);

    /// <summary>Where <paramref name="key"/>, with its section, was set.</summary>
    public string WhereOf(string key) => Origins.GetValueOrDefault(key, Default);

    /// <summary>Whether <paramref name="key"/> is one of an instrument that has the value of [reduction].</summary>
    public bool IsInherited(string key) =>
        key.StartsWith("reduction.instruments.", StringComparison.Ordinal) && !Origins.ContainsKey(key);
}

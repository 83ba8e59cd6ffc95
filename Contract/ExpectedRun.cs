namespace Autoreduction.Contract;

/// <summary>What the daemon tells a post-process-admin that waits for a run: what it can get ready before it has an order.</summary>
public sealed record ExpectedRun
{
    /// <summary>The broker.</summary>
    public required BrokerSettings Broker { get; init; }

    /// <summary>The passcode where the daemon's environment gave it.</summary>
    public string? BrokerPassword { get; init; }

    /// <summary>The interpreter, its module path, and where private directories are; null where the interpreter is better started with the run.</summary>
    public ReductionSettings? Reduction { get; init; }
}

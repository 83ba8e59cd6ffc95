namespace Autoreduction.Contract;

/// <summary>
/// What the daemon tells a post-process-admin through its gate: everything that it needs of the settings, so that a
/// settings file that changed or broke meanwhile can't fail a run, and the passcode is on no disk and in no environment.
/// </summary>
public sealed record JobOrder
{
    /// <summary>No order is longer, as JSON.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The job's name.</summary>
    public required string JobId { get; init; }

    /// <summary>The job's directory, with the message.</summary>
    public required string JobDirectory { get; init; }

    /// <summary>The broker's message-id.</summary>
    public required string MessageId { get; init; }

    /// <summary>The number of this attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The broker.</summary>
    public required BrokerSettings Broker { get; init; }

    /// <summary>The passcode where the daemon's environment gave it.</summary>
    public string? BrokerPassword { get; init; }

    /// <summary>The destinations.</summary>
    public required QueueSettings Queues { get; init; }

    /// <summary>How runs of this instrument are reduced.</summary>
    public required ReductionSettings Reduction { get; init; }

    /// <summary>Time between TERM and KILL.</summary>
    public required TimeSpan KillGrace { get; init; }

    /// <summary>How the admin log is written: "text" or "json".</summary>
    public string LogFormat { get; init; } = "text";
}

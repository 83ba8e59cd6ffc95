namespace Autoreduction.Contract;

/// <summary>The destinations at the broker: the <c>[queues]</c> section of the settings.</summary>
public sealed record QueueSettings
{
    /// <summary>Where runs to be reduced arrive.</summary>
    public string Pending { get; init; } = "/queue/ReductionPending";

    /// <summary>Where a run is announced as being processed.</summary>
    public string Started { get; init; } = "/queue/ReductionStarted";

    /// <summary>Where a run that was reduced is reported.</summary>
    public string Complete { get; init; } = "/queue/ReductionComplete";

    /// <summary>Where a run that failed is reported.</summary>
    public string Error { get; init; } = "/queue/ReductionError";

    /// <summary>Where a run that its script chose to skip is reported.</summary>
    public string Skipped { get; init; } = "/queue/ReductionSkipped";

    /// <summary>Where messages go that can't be answered because they are no JSON object.</summary>
    public string DeadLetter { get; init; } = "/queue/ActiveMQ.DLQ";
}

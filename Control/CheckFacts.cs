using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>What <c>check</c> judges.</summary>
/// <param name="Status">What the daemon says of itself.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="Queue">What the broker says of the queue; null: it wasn't asked, or did not answer.</param>
/// <param name="QueueProblem">Why it did not answer; null: it wasn't asked, or did.</param>
internal sealed record CheckFacts(DaemonStatus Status, IReadOnlyList<JobRecord> Jobs, QueueLength? Queue = null, string? QueueProblem = null)
{
    /// <summary>How many runs wait; without the broker's word more may, beyond what it has sent.</summary>
    public long Waiting => Queue?.Messages ?? Status.Waiting;

    /// <summary>The run that is not over and came first.</summary>
    public JobRecord? Oldest => Jobs.Where(job => job.State != JobState.Finished).MinBy(job => job.Received);
}

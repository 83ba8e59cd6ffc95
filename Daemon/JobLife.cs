using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>The life of a job: every transition that there is. What is not listed can't happen, and is a defect where it does.</summary>
internal static class JobLife
{
    private static readonly Dictionary<(JobState From, JobEvent What), JobState> Transitions = new()
    {
        [(JobState.Waiting, JobEvent.Taken)] = JobState.Starting,
        [(JobState.Retrying, JobEvent.Taken)] = JobState.Starting,

        [(JobState.Starting, JobEvent.NotStarted)] = JobState.Retrying,
        [(JobState.Starting, JobEvent.Released)] = JobState.Running,

        // What an earlier daemon left runs, until a look shows that it has ended.
        [(JobState.Starting, JobEvent.Adopted)] = JobState.Running,
        [(JobState.Running, JobEvent.Adopted)] = JobState.Running,
        [(JobState.Stopping, JobEvent.Adopted)] = JobState.Running,
        [(JobState.Ending, JobEvent.Adopted)] = JobState.Running,

        // Starting: held at the gate for good, since its record could not be written.
        [(JobState.Starting, JobEvent.StopAsked)] = JobState.Stopping,
        [(JobState.Running, JobEvent.StopAsked)] = JobState.Stopping,
        [(JobState.Starting, JobEvent.Ended)] = JobState.Ending,
        [(JobState.Running, JobEvent.Ended)] = JobState.Ending,
        [(JobState.Stopping, JobEvent.Ended)] = JobState.Ending,

        [(JobState.Ending, JobEvent.AttemptFailed)] = JobState.Retrying,
        [(JobState.Ending, JobEvent.Concluded)] = JobState.Reporting,
        [(JobState.Ending, JobEvent.ConcludedAndTold)] = JobState.Acknowledging,

        // Cancelled before it was started, or given up.
        [(JobState.Waiting, JobEvent.Concluded)] = JobState.Reporting,
        [(JobState.Waiting, JobEvent.ConcludedAndTold)] = JobState.Acknowledging,
        [(JobState.Retrying, JobEvent.Concluded)] = JobState.Reporting,
        [(JobState.Retrying, JobEvent.ConcludedAndTold)] = JobState.Acknowledging,

        [(JobState.Reporting, JobEvent.Told)] = JobState.Acknowledging,
        [(JobState.Reporting, JobEvent.Acknowledged)] = JobState.Finished,
        [(JobState.Acknowledging, JobEvent.Acknowledged)] = JobState.Finished,

        [(JobState.Finished, JobEvent.Redelivered)] = JobState.Acknowledging,
        [(JobState.Finished, JobEvent.RedeliveredUntold)] = JobState.Reporting,
    };

    /// <summary>Where <paramref name="what"/> leads; null where it can't happen.</summary>
    public static JobState? After(JobState from, JobEvent what) => Transitions.TryGetValue((from, what), out var to) ? to : null;

    /// <summary>Whether processes of the job may live.</summary>
    public static bool IsAlive(JobState state) =>
        state is JobState.Starting or JobState.Running or JobState.Stopping or JobState.Ending;

    /// <summary>Whether its outcome is known and the broker's word is awaited.</summary>
    public static bool IsBeingTold(JobState state) => state is JobState.Reporting or JobState.Acknowledging;
}

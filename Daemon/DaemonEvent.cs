using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>Everything that can happen to the daemon. The supervisor's loop handles one at a time.</summary>
internal abstract record DaemonEvent
{
    private static long Last;

    private readonly long _number = Interlocked.Increment(ref Last);

    // What people ask for; a thousand jobs that end at once don't keep them waiting.
    private bool IsUrgent => this is StatusAsked or JobsAsked or JobCancelAsked or RunCancelAsked or StopRequested or DrainRequested or HandOverRequested;

    /// <summary>Where events wait for the loop: what people ask for first, else in their order.</summary>
    public static Channel<DaemonEvent> CreateChannel() => Channel.CreateUnboundedPrioritized(
        new UnboundedPrioritizedChannelOptions<DaemonEvent>
        {
            SingleReader = true,
            Comparer = Comparer<DaemonEvent>.Create((one, other) => (!one.IsUrgent, one._number).CompareTo((!other.IsUrgent, other._number))),
        });

    /// <summary>Connected and subscribed.</summary>
    public sealed record BrokerConnected(StompConnection Connection, int Epoch) : DaemonEvent;

    /// <summary>The connection is over, or could not be made.</summary>
    public sealed record BrokerLost(int Epoch, string Reason) : DaemonEvent;

    /// <summary>A message of the pending queue.</summary>
    public sealed record MessageArrived(StompMessage Message, int Epoch) : DaemonEvent;

    /// <summary>A child ended; it is not reaped yet.</summary>
    public sealed record ChildEnded(int Pid) : DaemonEvent;

    /// <summary>Something that was done for a job came to its end: nothing of it is left, or the broker has spoken.</summary>
    public sealed record JobProgressed(string JobId) : DaemonEvent;

    /// <summary>The broker has spoken about a message that became no job.</summary>
    public sealed record SettlementProgressed(Settlement Settlement) : DaemonEvent;

    /// <summary>Processes of a job live on although they were killed; none: they are gone.</summary>
    public sealed record Unkillable(string JobId, string Pids) : DaemonEvent;

    /// <summary>A second passed: time to look at deadlines.</summary>
    public sealed record Tick : DaemonEvent;

    /// <summary>SIGTERM or SIGINT: stop; a second one hastens.</summary>
    public sealed record StopRequested : DaemonEvent;

    /// <summary>SIGUSR1: stop when all running jobs have ended.</summary>
    public sealed record DrainRequested : DaemonEvent;

    /// <summary>SIGUSR2: end, and leave running jobs to the next daemon.</summary>
    public sealed record HandOverRequested : DaemonEvent;

    /// <summary>SIGHUP: read the settings again, open the logs again.</summary>
    public sealed record ReloadRequested : DaemonEvent;

    /// <summary>Somebody asks how things are.</summary>
    public sealed record StatusAsked(TaskCompletionSource<DaemonStatus> Answer) : DaemonEvent;

    /// <summary>Somebody asks for the jobs.</summary>
    public sealed record JobsAsked(TaskCompletionSource<IReadOnlyList<JobRecord>> Answer) : DaemonEvent;

    /// <summary>Somebody wants a job cancelled. The answer is null where no such job is known.</summary>
    public sealed record JobCancelAsked(string JobId, TaskCompletionSource<CancelAnswer?> Answer) : DaemonEvent;

    /// <summary>Somebody wants a run cancelled, wherever it is by now.</summary>
    public sealed record RunCancelAsked(RunRequest Run, TaskCompletionSource<CancelAnswer> Answer) : DaemonEvent;
}

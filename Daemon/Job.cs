using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>One run in the daemon's care. Belongs to the supervisor's loop.</summary>
internal sealed class Job(JobRecord record, JobFiles files, BackOff telling, BackOff starting)
{
    /// <summary>What is kept on disk of it.</summary>
    public JobRecord Record { get; set; } = record;

    public JobFiles Files { get; } = files;

    public string Id => Record.Id;

    public JobState State => Record.State;

    /// <summary>The message, where it is held on the current connection: only then can it be acknowledged.</summary>
    public StompMessage? Delivery { get; set; }

    /// <summary>The number of its first delivery to this daemon; 0 where an earlier one began with it.</summary>
    public long Arrival { get; set; }

    /// <summary>The message's priority header.</summary>
    public int Priority { get; set; } = 4;

    /// <summary>Its post-process-admin where that is our child.</summary>
    public ChildProcess? Child { get; set; }

    /// <summary>The lock that its processes inherited.</summary>
    public FileLock? Lock { get; set; }

    /// <summary>Completes when nothing of it is left; null while nobody ends it.</summary>
    public Task? Ending { get; set; }

    /// <summary>How its attempt ended, from then until that led to something.</summary>
    public AttemptEnd? Attempt { get; set; }

    /// <summary>What is to be published or was, once it is on disk.</summary>
    public JobOutcome? Outcome { get; set; }

    /// <summary>Whether its end is in the metrics, of this daemon or an earlier one.</summary>
    public bool IsCounted { get; set; }

    /// <summary>When it came to its state, by the clock that runs on.</summary>
    public long MovedAt { get; set; }

    /// <summary>Whether <see cref="Record"/> has changed since it was written.</summary>
    public bool IsUnsaved { get; set; }

    /// <summary>What the broker was asked to confirm, until that led to something.</summary>
    public Confirmation? Confirmation { get; set; }

    /// <summary>When the broker may be asked again after a failure.</summary>
    public BackOff Telling { get; } = telling;

    /// <summary>When a start that failed may be tried again.</summary>
    public BackOff Starting { get; } = starting;

    /// <summary>Whether the gate of its current attempt was opened.</summary>
    public bool WasReleased { get; set; }

    /// <summary>Whether a stop, and no fault of its own, interrupted it.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>Whether somebody cancelled it.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>When it is ended by force after it was asked to end (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long? KillAt { get; set; }

    /// <summary>When the next attempt may begin (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long RetryAt { get; set; }

    /// <summary>When it was finished, or was found finished when the daemon started (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long SettledAt { get; set; }

    /// <summary>Processes of it that can't be ended; null where there are none.</summary>
    public string? Unkillable { get; set; }

    public QueuedRun Queued => new(Id, Record.RbNumber, Record.Instrument.ToUpperInvariant(), Priority, Arrival);

    public JobProcesses Processes => new(
        Id,
        Files.Lock,
        Child is null ? null : new ProcessIdentity(Child.Pid, Child.StartTime, ProcessIdentity.CurrentBootId),
        Record is { Pid: { } pid, PidStartTime: { } start, BootId: { } boot } ? new ProcessIdentity(pid, start, boot) : null);

    public override string ToString() => Record.ToString();
}

using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>One run in the daemon's care. Belongs to the supervisor's loop.</summary>
internal sealed class Job(JobRecord record, JobFiles files)
{
    /// <summary>What is kept on disk of it.</summary>
    public JobRecord Record { get; set; } = record;

    public JobFiles Files { get; } = files;

    public string Id => Record.Id;

    /// <summary>The message, where it is held on the current connection: only then can it be acknowledged.</summary>
    public StompMessage? Delivery { get; set; }

    /// <summary>The message's priority header.</summary>
    public int Priority { get; set; } = 4;

    /// <summary>The body, until the job directory has it.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Its post-process-admin where that is our child.</summary>
    public ChildProcess? Child { get; set; }

    /// <summary>The lock that its processes inherited.</summary>
    public FileLock? Lock { get; set; }

    /// <summary>What is to be published or was, once known.</summary>
    public JobOutcome? Outcome { get; set; }

    /// <summary>Whether the broker was asked to confirm and hasn't answered yet.</summary>
    public bool IsConfirming { get; set; }

    /// <summary>Whether its leftovers are being ended now.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Whether a stop, and no fault of its own, interrupted it.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>Whether somebody cancelled it.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>When the next attempt may begin (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long RetryAt { get; set; }

    public QueuedRun Queued => new(Id, Record.RbNumber, Record.Instrument.ToUpperInvariant(), Priority);

    public override string ToString() => Record.ToString();
}

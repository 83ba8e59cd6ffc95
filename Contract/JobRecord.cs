namespace Autoreduction.Contract;

/// <summary>What the daemon keeps of a job; <c>record.json</c> in the job directory, replaced at every change.</summary>
public sealed record JobRecord
{
    /// <summary>The job's name, which is also that of its directory and the value of its environment tag.</summary>
    public required string Id { get; init; }

    /// <summary>The broker's message-id: stable over redeliveries.</summary>
    public required string MessageId { get; init; }

    /// <summary>The instrument, as the message spells it.</summary>
    public required string Instrument { get; init; }

    /// <summary>The run, or the range of a batch.</summary>
    public required string Run { get; init; }

    /// <summary>The experiment.</summary>
    public required long RbNumber { get; init; }

    /// <summary>The version of the request, where it has one.</summary>
    public long? RunVersion { get; init; }

    /// <summary>Where the job is in its life.</summary>
    public JobState State { get; init; }

    /// <summary>How often handling of it began.</summary>
    public int Attempt { get; init; }

    /// <summary>The pid of its post-process-admin, also its session and its process group.</summary>
    public int? Pid { get; init; }

    /// <summary>When that process started, in clock ticks since boot (proc_pid_stat(5), field 22).</summary>
    public long? PidStartTime { get; init; }

    /// <summary>The boot in which the pid was given.</summary>
    public string? BootId { get; init; }

    /// <summary>The machine that reduces it.</summary>
    public string Host { get; init => field = value ?? Environment.MachineName; } = Environment.MachineName;

    /// <summary>When the message arrived here.</summary>
    public DateTimeOffset Received { get; init; }

    /// <summary>When its state last changed.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When its current attempt was released.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its post-process-admin ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How the run ended, once that is known.</summary>
    public JobResult? Result { get; init; }

    /// <summary>The reason of an error or a skip, or why the last attempt failed.</summary>
    public string? Message { get; init; }

    /// <summary>Where the results are.</summary>
    public IReadOnlyList<string> ResultDirectories { get; init => field = value ?? []; } = [];

    /// <summary>The job for people: instrument, run, version and RB number.</summary>
    public override string ToString() => $"{Instrument} {Run}{(RunVersion is { } v ? $"/v{v}" : "")} (RB {RbNumber})";
}

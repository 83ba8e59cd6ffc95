namespace Autoreduction.Contract;

/// <summary>What a running daemon says of itself: the answer to <c>GET /status</c>.</summary>
public sealed record DaemonStatus
{
    /// <summary>The daemon's process.</summary>
    public required int Pid { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>"running", or "stopping" when it starts nothing new.</summary>
    public required string State { get; init; }

    /// <summary>Whether a service manager starts the next daemon after a hand-over, so that nobody else must.</summary>
    public bool Supervised { get; init; }

    /// <summary>Whether it is connected to a broker and subscribed.</summary>
    public required bool Connected { get; init; }

    /// <summary>The broker that it is connected to, or why it is not.</summary>
    public required string Broker { get; init; }

    /// <summary>How many jobs run, or end.</summary>
    public required int Running { get; init; }

    /// <summary>How many messages wait here; more may wait at the broker.</summary>
    public required int Waiting { get; init; }

    /// <summary>When the message that waits longest arrived here; null where none waits.</summary>
    public DateTimeOffset? OldestWaiting { get; init; }

    /// <summary>When the reduction that runs longest was started; null where none runs.</summary>
    public DateTimeOffset? OldestRunning { get; init; }

    /// <summary>How many jobs may run at once.</summary>
    public required int MaxJobs { get; init; }

    /// <summary>The job that ended last.</summary>
    public JobRecord? Last { get; init; }

    /// <summary>What a person should look at.</summary>
    public IReadOnlyList<string> Problems { get; init => field = value ?? []; } = [];
}

namespace Autoreduction.Stomp;

/// <summary>How much a peer may make us hold. A peer that sends more has lost the connection.</summary>
public sealed record StompLimits
{
    /// <summary>Longest header line, in bytes.</summary>
    public int HeaderLineBytes { get; init; } = 64 << 10;

    /// <summary>Most headers of a frame.</summary>
    public int Headers { get; init; } = 1000;

    /// <summary>All header lines of a frame together, in bytes.</summary>
    public int HeadBytes { get; init; } = 1 << 20;

    /// <summary>Longest body, in bytes. ActiveMQ's own limit is 100 MiB.</summary>
    public int BodyBytes { get; init; } = 100 << 20;

    /// <summary>Most messages that wait here to be taken.</summary>
    public int BufferedMessages { get; init; } = 20_000;

    /// <summary>Most bytes of messages that wait here to be taken; one message may be larger.</summary>
    public long BufferedBytes { get; init; } = 256 << 20;
}

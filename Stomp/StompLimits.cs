namespace Autoreduction.Stomp;

/// <summary>How much a peer may make us hold.</summary>
public sealed record StompLimits
{
    /// <summary>Longest command line, in bytes.</summary>
    public int CommandBytes { get; init; } = 1024;

    /// <summary>Longest header line, in bytes.</summary>
    public int HeaderLineBytes { get; init; } = 64 << 10;

    /// <summary>Most headers of a frame.</summary>
    public int Headers { get; init; } = 1000;

    /// <summary>Longest body, in bytes. ActiveMQ's own limit is 100 MiB.</summary>
    public int BodyBytes { get; init; } = 100 << 20;

    /// <summary>Most messages that wait here to be taken.</summary>
    public int BufferedMessages { get; init; } = 20_000;
}

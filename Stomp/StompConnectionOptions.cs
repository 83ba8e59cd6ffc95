namespace Autoreduction.Stomp;

/// <summary>How a connection is made and kept.</summary>
public sealed record StompConnectionOptions
{
    /// <summary>The login header of CONNECT; null: none.</summary>
    public string? Login { get; init; }

    /// <summary>The passcode header of CONNECT; null: none.</summary>
    public string? Passcode { get; init; }

    /// <summary>The host header of CONNECT; null: the end point's host.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>Interval of heart-beats asked for in both directions; zero: none.</summary>
    public TimeSpan HeartBeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many of its intervals a silent broker is taken for gone. ActiveMQ may leave nearly two between bytes.</summary>
    public int HeartBeatTolerance { get; init; } = 3;

    /// <summary>How long TCP, TLS and CONNECTED together may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one write, of 256 KiB at most, may be blocked by a peer that doesn't read.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a receipt may take; a broker that owes one longer is as good as gone.</summary>
    public TimeSpan ReceiptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A PEM file with the authorities that may sign the broker's certificate; null: the system's.</summary>
    public string? CaFilePath { get; init; }

    /// <summary>
    /// Told of ERROR frames that answer no frame with a receipt; the connection goes on unless the broker closes it. Called by the
    /// loop that reads: it must return soon.
    /// </summary>
    public Action<StompServerErrorException>? OnError { get; init; }

    /// <summary>What the peer may make us hold.</summary>
    public StompLimits Limits { get; init; } = new();
}

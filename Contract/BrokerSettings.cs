namespace Autoreduction.Contract;

/// <summary>How to reach the message broker: the <c>[broker]</c> section of the settings.</summary>
public sealed record BrokerSettings
{
    /// <summary>Where the broker is, in the forms that Apache.NMS.Stomp knows.</summary>
    public string Uri { get; init; } = "stomp:failover:(tcp://127.0.0.1:61613)";

    /// <summary>The login of CONNECT; empty: none is sent.</summary>
    public string Username { get; init; } = "";

    /// <summary>A file whose first line is the passcode of CONNECT; empty: none, or the one of the environment.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>A PEM file with the certificate authorities that may sign the broker's certificate; empty: the system's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>Interval of heart-beats, asked for in both directions; zero: none.</summary>
    public TimeSpan HeartBeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many messages may be unacknowledged at once; 0: <c>max_jobs</c> + 100.</summary>
    public int Prefetch { get; init; }

    /// <summary>Where the management interfaces of the brokers are (Jolokia); the first that answers counts. Empty: not asked.</summary>
    public IReadOnlyList<string> ManagementUris { get; init; } = [];

    /// <summary>The user of the management interface; empty: none is sent.</summary>
    public string ManagementUsername { get; init; } = "";

    /// <summary>A file whose first line is that user's password; empty: none.</summary>
    public string ManagementPasswordFile { get; init; } = "";
}

namespace Autoreduction.Stomp;

/// <summary>The versions of the protocol, in order.</summary>
public enum StompVersion
{
    /// <summary>STOMP 1.0: no escaping, no heart-beats.</summary>
    V10,

    /// <summary>STOMP 1.1.</summary>
    V11,

    /// <summary>STOMP 1.2.</summary>
    V12,
}

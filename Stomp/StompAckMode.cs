namespace Autoreduction.Stomp;

/// <summary>The ack header of SUBSCRIBE.</summary>
public enum StompAckMode
{
    /// <summary>The broker takes a message as consumed when it was sent.</summary>
    Auto,

    /// <summary>An ACK covers all messages before it too.</summary>
    Client,

    /// <summary>An ACK covers one message.</summary>
    ClientIndividual,
}

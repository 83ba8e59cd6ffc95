namespace Autoreduction.Stomp;

/// <summary>A MESSAGE frame.</summary>
public sealed class StompMessage(StompFrame frame)
{
    /// <summary>All headers.</summary>
    public StompHeaders Headers { get; } = frame.Headers;

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; } = frame.Body;

    /// <summary>The broker's name of the message, stable over redeliveries.</summary>
    public string MessageId { get; } = frame.Headers["message-id"] ?? throw new StompProtocolException("a MESSAGE without message-id");

    /// <summary>The destination that it was sent to.</summary>
    public string Destination => Headers["destination"] ?? "";

    /// <summary>The subscription that it came for.</summary>
    public string Subscription => Headers["subscription"] ?? "";

    /// <summary>The name of this delivery (STOMP 1.2); null in earlier versions and with ack mode auto.</summary>
    public string? AckId => Headers["ack"];

    /// <summary>About how many bytes it holds.</summary>
    internal long Size { get; } = frame.Body.Length + frame.Headers.Size;
}

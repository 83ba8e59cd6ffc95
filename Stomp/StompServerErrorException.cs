using System.Text;

namespace Autoreduction.Stomp;

/// <summary>The broker answered with an ERROR frame. The connection may be usable still: brokers keep it after most.</summary>
public sealed class StompServerErrorException(StompFrame frame)
    : StompException($"the broker refused: {frame.Headers["message"] ?? "no reason given"}")
{
    /// <summary>The frame's headers.</summary>
    public StompHeaders Headers { get; } = frame.Headers;

    /// <summary>The frame's body, often the broker's stack trace.</summary>
    public string Body { get; } = Encoding.UTF8.GetString(frame.Body.Span);

    /// <summary>The receipt that was asked for by the frame that was refused; null where the broker doesn't tell.</summary>
    public string? ReceiptId => Headers["receipt-id"];
}

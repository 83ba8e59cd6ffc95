namespace Autoreduction.Stomp;

/// <summary>The peer sent something that is no STOMP, or too large. The connection is over.</summary>
public sealed class StompProtocolException(string message) : StompConnectionException(message);

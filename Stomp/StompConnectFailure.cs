namespace Autoreduction.Stomp;

/// <summary>One attempt to connect that failed.</summary>
/// <param name="EndPoint">The broker.</param>
/// <param name="Exception">Why.</param>
/// <param name="RetryDelay">When the next one is tried.</param>
public sealed record StompConnectFailure(BrokerEndPoint EndPoint, StompException Exception, TimeSpan RetryDelay);

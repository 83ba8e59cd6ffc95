namespace Autoreduction.Stomp;

/// <summary>This connection is over, or could not be made. Another one may work.</summary>
public class StompConnectionException(string message, Exception? inner = null) : StompException(message, inner);

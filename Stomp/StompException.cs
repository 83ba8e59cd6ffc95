namespace Autoreduction.Stomp;

/// <summary>Something about STOMP went wrong; the type says what is still usable.</summary>
public class StompException(string message, Exception? inner = null) : Exception(message, inner);

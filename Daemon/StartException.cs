namespace Autoreduction.Daemon;

/// <summary>The daemon can't come up; the message says why and what to do.</summary>
internal sealed class StartException(string message) : Exception(message);

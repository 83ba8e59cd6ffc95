namespace Autoreduction.Control;

/// <summary>What was asked for can't be done; the message says why and what to do.</summary>
internal sealed class ControlException(string message) : Exception(message);

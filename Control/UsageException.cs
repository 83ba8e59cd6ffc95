namespace Autoreduction.Control;

/// <summary>The verb was used in a wrong way; the message says what is wrong and what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);

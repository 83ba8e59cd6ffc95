namespace Autoreduction.Contract;

/// <summary>A body that is no JSON object, so that it can't be answered either.</summary>
public sealed class MessageFormatException(string message, Exception? inner = null) : Exception(message, inner);

namespace Autoreduction.PostProcessAdmin;

/// <summary>The run can't be reduced; the message is for its scientists.</summary>
internal sealed class RunFailedException(string message, Exception? inner = null) : Exception(message, inner);

namespace Autoreduction.PostProcessAdmin;

/// <summary>The run can't be reduced here and now, through no fault of its own; another attempt may succeed.</summary>
internal sealed class CannotStartException(string message, Exception inner) : Exception(message, inner);

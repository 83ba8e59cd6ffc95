namespace Autoreduction.Control;

/// <summary>What the broker says of the pending queue.</summary>
/// <param name="Messages">How many runs it holds, those that are being reduced included.</param>
/// <param name="Consumers">How many daemons are subscribed.</param>
internal sealed record QueueLength(long Messages, long Consumers);

namespace Autoreduction.Daemon;

/// <summary>What scheduling needs to know of a run.</summary>
/// <param name="JobId">The job's name.</param>
/// <param name="RbNumber">The experiment.</param>
/// <param name="Instrument">The instrument in upper case.</param>
/// <param name="Priority">The message's priority header; higher first. STOMP and JMS: 4 where none is given.</param>
/// <param name="Arrival">The number of its first delivery: smaller ones came earlier.</param>
internal readonly record struct QueuedRun(string JobId, long RbNumber, string Instrument, int Priority, long Arrival);

namespace Autoreduction.Daemon;

/// <summary>Something that the broker was asked to confirm.</summary>
/// <param name="Done">Completes with the broker's word; fails where it is not known.</param>
/// <param name="Tells">Whether it covers the job's outcome.</param>
/// <param name="Acknowledges">Whether it covers the acknowledgement of its message.</param>
internal sealed record Confirmation(Task Done, bool Tells, bool Acknowledges);

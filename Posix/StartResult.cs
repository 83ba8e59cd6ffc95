namespace Autoreduction.Posix;

/// <summary>What became of a start. Unless the daemon is up, nothing of it is left.</summary>
/// <param name="Outcome">Whether the daemon is up.</param>
/// <param name="Pid">The daemon's pid, where there was one.</param>
/// <param name="Text">Its own words, or what is known.</param>
public readonly record struct StartResult(StartOutcome Outcome, int? Pid, string Text);

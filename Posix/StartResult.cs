namespace Autoreduction.Posix;

/// <summary>What became of a start.</summary>
/// <param name="Outcome">Whether the daemon is up.</param>
/// <param name="Text">Its own words, or what is known.</param>
public readonly record struct StartResult(StartOutcome Outcome, string Text);

namespace Autoreduction.Contract;

/// <summary>Why a request over HTTP failed: the body of every answer from 400 on.</summary>
/// <param name="Error">What failed, on what, and what to do.</param>
public sealed record ErrorAnswer(string Error);

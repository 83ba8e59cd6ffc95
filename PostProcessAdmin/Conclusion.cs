using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What a run came to.</summary>
/// <param name="Outcome">As it is kept.</param>
/// <param name="Terminal">As it is told: the body of the terminal message, JSON in UTF-8.</param>
internal sealed record Conclusion(JobOutcome Outcome, byte[] Terminal);

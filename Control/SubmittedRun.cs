using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>Which run was put on the queue, with the names that a <see cref="JobRecord"/> has for it.</summary>
/// <param name="Instrument">The instrument, as the message spells it.</param>
/// <param name="Run">The run, or the range of a batch.</param>
/// <param name="RbNumber">The experiment.</param>
/// <param name="RunVersion">The version of the request, where it has one.</param>
internal sealed record SubmittedRun(string Instrument, string Run, long RbNumber, long? RunVersion)
{
    /// <summary>What a request asks for.</summary>
    public static SubmittedRun Of(RunRequest run) => new(run.Instrument, run.RunLabel, run.RbNumber, run.RunVersion);
}

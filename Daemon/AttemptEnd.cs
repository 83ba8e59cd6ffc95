using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>How an attempt ended.</summary>
/// <param name="Status">How its post-process-admin ended; null where that was no child of ours, so that nobody can know.</param>
internal sealed record AttemptEnd(ExitStatus? Status);

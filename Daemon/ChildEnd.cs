namespace Autoreduction.Daemon;

/// <summary>How a child process ended, as metrics count it; the label's values are these names in snake case.</summary>
internal enum ChildEnd
{
    /// <summary>A terminal status was published.</summary>
    Success,

    /// <summary>It was interrupted, or could not start.</summary>
    TryAgain,

    /// <summary>The outcome is known, and not published yet.</summary>
    OutcomeUnpublished,

    /// <summary>It was not released.</summary>
    GateClosed,

    /// <summary>By another exit code.</summary>
    Failure,

    /// <summary>Somebody else reaped it.</summary>
    Unknown,

    /// <summary>By a signal.</summary>
    Signal,

    /// <summary>No child of ours, but what one left behind.</summary>
    Orphan,
}

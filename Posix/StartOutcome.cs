namespace Autoreduction.Posix;

/// <summary>How a start ended.</summary>
public enum StartOutcome
{
    /// <summary>The daemon said that it is up.</summary>
    Up,

    /// <summary>The daemon said why it can't, or died.</summary>
    Failed,

    /// <summary>The daemon said nothing in time.</summary>
    TimedOut,
}

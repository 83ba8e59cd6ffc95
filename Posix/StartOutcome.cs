namespace Autoreduction.Posix;

/// <summary>How a start ended.</summary>
public enum StartOutcome
{
    /// <summary>The daemon said that it is up.</summary>
    Up,

    /// <summary>The daemon, or stage 1 on its way to it, said why it can't.</summary>
    Failed,

    /// <summary>The daemon died without a word.</summary>
    Died,

    /// <summary>The daemon said nothing in time, and was ended.</summary>
    TimedOut,
}

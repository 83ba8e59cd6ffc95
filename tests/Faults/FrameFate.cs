namespace Autoreduction.Tests.Faults;

/// <summary>What a proxy does with a whole frame.</summary>
internal enum FrameFate
{
    /// <summary>It arrives.</summary>
    Pass,

    /// <summary>The connection breaks, and the frame never arrived.</summary>
    CutBefore,

    /// <summary>It arrives, and then the connection breaks: no answer comes back.</summary>
    CutAfter,

    /// <summary>It arrives, and nothing more in this direction, while the connection stays.</summary>
    StallAfter,
}

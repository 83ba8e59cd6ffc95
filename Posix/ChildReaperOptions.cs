namespace Autoreduction.Posix;

/// <summary>What wakes a <see cref="ChildReaper"/>.</summary>
public sealed record ChildReaperOptions
{
    /// <summary>Whether it polls the children's pidfds.</summary>
    public bool WatchPidfds { get; init; } = true;

    /// <summary>Whether SIGCHLD rings its bell.</summary>
    public bool SubscribeToSigchld { get; init; } = true;

    /// <summary>How often it looks without being woken.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(1);
}

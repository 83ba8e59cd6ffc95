using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Which of the daemon's parts has failed or hangs, the main loop aside, which is asked itself.</summary>
/// <param name="reaper">Learns that children ended.</param>
/// <param name="link">Talks to the broker.</param>
/// <param name="linking">Its life, which should last.</param>
/// <param name="ticking">The life of the timer by which things are tried again, which should last.</param>
/// <param name="lookLimit">How long the reaper may take to look around.</param>
internal sealed class LifeSigns(ChildReaper reaper, BrokerLink link, Task linking, Task ticking, TimeSpan? lookLimit = null)
{
    private readonly TimeSpan _lookLimit = lookLimit ?? TimeSpan.FromSeconds(20);

    /// <summary>Why the daemon is as good as dead; null: it isn't.</summary>
    public string? WhyDead =>
        reaper.SinceLook > _lookLimit ? "the thread that reaps children hangs"
        : linking.IsCompleted ? $"the part that talks to the broker has failed: {WordsOf(linking)}"
        : link.IsStuck ? "the part that talks to the broker hangs"
        : ticking.IsCompleted ? $"the timer has failed: {WordsOf(ticking)}"
        : null;

    private static string WordsOf(Task ended) => ended.Exception?.InnerException?.Message ?? "cancelled";
}

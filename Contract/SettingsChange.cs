namespace Autoreduction.Contract;

/// <summary>What differs between the settings that a daemon began with and those that it read again.</summary>
/// <param name="AtOnce">Keys that count from now on.</param>
/// <param name="WithRestart">Keys that count when the daemon is restarted.</param>
public sealed record SettingsChange(IReadOnlyList<string> AtOnce, IReadOnlyList<string> WithRestart)
{
    // What connections, sockets, files and the process itself were made with.
    private static readonly string[] Lasting =
    [
        "broker.", "neighbours.", "queues.pending", "daemon.pid_file", "daemon.state_directory", "daemon.log_directory", "daemon.http_",
        "daemon.post_process_admin", "daemon.umask",
    ];

    /// <summary>Compares two readings.</summary>
    public static SettingsChange Between(Settings before, Settings after)
    {
        var old = SettingsText.Entries(before).ToHashSet();
        var now = SettingsText.Entries(after).ToHashSet();
        var changed = old.Except(now).Concat(now.Except(old)).Select(entry => $"{entry.Section}.{entry.Name}").Distinct().ToLookup(IsLasting);
        return new([.. changed[false]], [.. changed[true]]);
    }

    private static bool IsLasting(string key) => Array.Exists(Lasting, beginning => key.StartsWith(beginning, StringComparison.Ordinal));
}

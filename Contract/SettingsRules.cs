namespace Autoreduction.Contract;

/// <summary>What must hold between settings that are good one by one. Looks at nothing but the settings.</summary>
internal static class SettingsRules
{
    /// <summary>What makes the settings useless.</summary>
    public static IEnumerable<SettingsError> Errors(Settings settings) =>
        SharedQueues(settings).Concat(Overlaps(settings).Where(error => !settings.IsInherited(error.Key)));

    /// <summary>What a person should know of.</summary>
    public static IEnumerable<SettingsError> Warnings(Settings settings) =>
        from instrument in Instruments(settings)
        where !settings.IsInherited($"{instrument.Section}.results_directory") && !instrument.Reduction.ResultsDirectory.Contains("{run_number}", StringComparison.Ordinal)
        select new SettingsError(
            settings.WhereOf($"{instrument.Section}.results_directory"), $"{instrument.Section}.results_directory",
            "has no {run_number}: the results of all runs become versions of one directory");

    /// <summary>The reduction settings, then those of instruments with overrides, each with the section that holds them.</summary>
    public static IEnumerable<(string Section, ReductionSettings Reduction)> Instruments(Settings settings) => settings.Instruments
        .Select(pair => ($"reduction.instruments.{pair.Key}", pair.Value))
        .Prepend(("reduction", settings.Reduction));

    private static IEnumerable<SettingsError> SharedQueues(Settings settings)
    {
        var queues = settings.Queues;
        (string Key, string Name)[] all =
        [
            ("queues.pending", queues.Pending), ("queues.started", queues.Started), ("queues.complete", queues.Complete),
            ("queues.error", queues.Error), ("queues.skipped", queues.Skipped), ("queues.dead_letter", queues.DeadLetter),
            .. Neighbours(settings.Neighbours),
        ];
        return
            from later in Enumerable.Range(1, all.Length - 1)
            let first = Array.FindIndex(all, queue => queue.Name == all[later].Name)
            where first < later
            let set = settings.Origins.ContainsKey(all[later].Key) ? later : first
            let other = set == later ? first : later
            select new SettingsError(settings.WhereOf(all[set].Key), all[set].Key, $"is the same as {all[other].Key}, \"{all[other].Name}\"; each needs a queue of its own");
    }

    // Pings in the place of runs would be taken off their queue.
    private static IEnumerable<(string Key, string Name)> Neighbours(NeighbourSettings neighbours) =>
        new[] { ("neighbours.status_topic", neighbours.StatusTopic), ("neighbours.ping_topic", neighbours.PingTopic) }.Where(topic => topic.Item2.Length > 0);

    // The private directories of runs and the job records come and go: nothing else may live among them.
    private static IEnumerable<SettingsError> Overlaps(Settings settings)
    {
        var daemon = settings.Daemon;
        List<(string Key, string Path)> places =
        [
            ("daemon.pid_file", daemon.RunDirectory), ("daemon.state_directory", daemon.StateDirectory), ("daemon.log_directory", daemon.LogDirectory),
        ];
        List<(string Key, string Path)> reserved = [("daemon.state_directory", daemon.JobsDirectory)];
        foreach (var (section, reduction) in Instruments(settings))
        {
            places.Add(($"{section}.results_directory", PathTemplate.FixedPart(reduction.ResultsDirectory)));
            places.Add(($"{section}.scripts_directory", PathTemplate.FixedPart(reduction.ScriptsDirectory)));
            reserved.Add(($"{section}.temporary_directory", reduction.TemporaryDirectory));
        }

        var inside =
            from place in places
            from owner in reserved
            where IsWithin(place.Path, owner.Path)
            select new SettingsError(settings.WhereOf(place.Key), place.Key, $"{place.Path} lies in {owner.Path}, where only the daemon's own files may be ({owner.Key})");
        var temporary =
            from place in reserved.Skip(1)
            where IsWithin(place.Path, daemon.JobsDirectory)
            select new SettingsError(settings.WhereOf(place.Key), place.Key, $"{place.Path} lies in {daemon.JobsDirectory}, where only job records may be (daemon.state_directory)");
        return inside.Concat(temporary).DistinctBy(error => error.Problem);
    }

    private static bool IsWithin(string path, string directory) =>
        path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);
}

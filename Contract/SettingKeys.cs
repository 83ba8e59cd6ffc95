namespace Autoreduction.Contract;

/// <summary>Every key that the settings have, by section. A key that isn't listed here is an error.</summary>
internal static class SettingKeys
{
    public static readonly IReadOnlyList<SettingKey<BrokerSettings>> Broker =
    [
        new("uri", s => s.Uri, (s, v) => s with { Uri = v.UriWithoutLogin() }),
        new("username", s => s.Username, (s, v) => s with { Username = v.Text() }),
        new("password_file", s => s.PasswordFile, (s, v) => s with { PasswordFile = v.SecretPathOrEmpty() }),
        new("ca_file", s => s.CaFile, (s, v) => s with { CaFile = v.AbsolutePathOrEmpty() }),
        new("heartbeat_seconds", s => s.HeartBeat, (s, v) => s with { HeartBeat = v.Seconds() }),
        new("prefetch", s => s.Prefetch, (s, v) => s with { Prefetch = v.Count(0) }),
        new("management_uris", s => s.ManagementUris, (s, v) => s with { ManagementUris = v.HttpUris() }),
        new("management_username", s => s.ManagementUsername, (s, v) => s with { ManagementUsername = v.Text() }),
        new("management_password_file", s => s.ManagementPasswordFile, (s, v) => s with { ManagementPasswordFile = v.SecretPathOrEmpty() }),
    ];

    public static readonly IReadOnlyList<SettingKey<QueueSettings>> Queues =
    [
        new("pending", s => s.Pending, (s, v) => s with { Pending = v.Destination("/queue/") }),
        new("started", s => s.Started, (s, v) => s with { Started = v.Destination("/queue/", "/topic/") }),
        new("complete", s => s.Complete, (s, v) => s with { Complete = v.Destination("/queue/", "/topic/") }),
        new("error", s => s.Error, (s, v) => s with { Error = v.Destination("/queue/", "/topic/") }),
        new("skipped", s => s.Skipped, (s, v) => s with { Skipped = v.Destination("/queue/", "/topic/") }),
        new("dead_letter", s => s.DeadLetter, (s, v) => s with { DeadLetter = v.Destination("/queue/") }),
    ];

    public static readonly IReadOnlyList<SettingKey<DaemonSettings>> Daemon =
    [
        new("pid_file", s => s.PidFile, (s, v) => s with { PidFile = v.AbsolutePath() }),
        new("state_directory", s => s.StateDirectory, (s, v) => s with { StateDirectory = v.AbsolutePath() }),
        new("log_directory", s => s.LogDirectory, (s, v) => s with { LogDirectory = v.AbsolutePath() }),
        new("log_level", s => s.LogLevel, (s, v) => s with { LogLevel = v.OneOf("debug", "info", "warn", "error") }),
        new("log_format", s => s.LogFormat, (s, v) => s with { LogFormat = v.OneOf("text", "json") }),
        new("log_max_size", s => SizeText.Of(s.LogMaxSize), (s, v) => s with { LogMaxSize = v.Bytes() }),
        new("log_keep", s => s.LogKeep, (s, v) => s with { LogKeep = v.Count(0) }),
        new("log_retention_seconds", s => s.LogRetention, (s, v) => s with { LogRetention = v.Seconds() }),
        new("max_jobs", s => s.MaxJobs, (s, v) => s with { MaxJobs = v.Count(0) }),
        new("max_jobs_per_instrument", s => s.MaxJobsPerInstrument, (s, v) => s with { MaxJobsPerInstrument = v.Count(0) }),
        new("max_attempts", s => s.MaxAttempts, (s, v) => s with { MaxAttempts = v.Count(1) }),
        new("retry_delay_seconds", s => s.RetryDelay, (s, v) => s with { RetryDelay = v.Seconds() }),
        new("stop_timeout_seconds", s => s.StopTimeout, (s, v) => s with { StopTimeout = v.Seconds() }),
        new("kill_grace_seconds", s => s.KillGrace, (s, v) => s with { KillGrace = v.Seconds() }),
        new("start_timeout_seconds", s => s.StartTimeout, (s, v) => s with { StartTimeout = v.Seconds(1) }),
        new("record_retention_seconds", s => s.RecordRetention, (s, v) => s with { RecordRetention = v.Seconds() }),
        new("cancel_retention_seconds", s => s.CancelRetention, (s, v) => s with { CancelRetention = v.Seconds() }),
        new("cancel_publishes", s => s.CancelPublishes, (s, v) => s with { CancelPublishes = v.Flag() }),
        new("post_process_admin", s => s.PostProcessAdmin, (s, v) => s with { PostProcessAdmin = v.AbsolutePathOrEmpty() }),
        new("standby", s => s.Standby, (s, v) => s with { Standby = v.Flag() }),
        new("http_address", s => s.HttpAddress, (s, v) => s with { HttpAddress = v.IpEndPointOrEmpty() }),
        new("http_hosts", s => s.HttpHosts, (s, v) => s with { HttpHosts = v.TextList() }),
        new("umask", s => s.Umask, (s, v) => s with { Umask = v.Umask() }),
    ];

    public static readonly IReadOnlyList<SettingKey<NeighbourSettings>> Neighbours =
    [
        new("status_topic", s => s.StatusTopic, (s, v) => s with { StatusTopic = v.DestinationOrEmpty("/topic/", "/queue/") }),
        new("status_interval_seconds", s => s.StatusInterval, (s, v) => s with { StatusInterval = v.Seconds(0.1) }),
        new("ping_topic", s => s.PingTopic, (s, v) => s with { PingTopic = v.DestinationOrEmpty("/topic/", "/queue/") }),
    ];

    public static readonly IReadOnlyList<SettingKey<ReductionSettings>> Reduction =
    [
        new("python", s => s.Python, (s, v) => s with { Python = Interpreter(v) }),
        new("software", s => s.Software, (s, v) => s with { Software = v.TextList() }),
        new("script_user", s => s.ScriptUser, (s, v) => s with { ScriptUser = v.Text() }),
        new("python_path", s => s.PythonPath, (s, v) => s with { PythonPath = v.TextList() }),
        new("scripts_directory", s => s.ScriptsDirectory, (s, v) => s with { ScriptsDirectory = Template(v, "instrument") }),
        new("script_source", s => s.ScriptSource == ScriptSource.Archive ? "archive" : "message",
            (s, v) => s with { ScriptSource = v.OneOf("message", "archive") == "archive" ? ScriptSource.Archive : ScriptSource.Message }),
        new("results_directory", s => s.ResultsDirectory,
            (s, v) => s with { ResultsDirectory = Template(v, "instrument", "rb_number", "run_number") }),
        new("temporary_directory", s => s.TemporaryDirectory, (s, v) => s with { TemporaryDirectory = v.AbsolutePath() }),
        new("flat_output_instruments", s => s.FlatOutputInstruments, (s, v) => s with { FlatOutputInstruments = v.TextList() }),
        new("script_timeout_seconds", s => s.ScriptTimeout, (s, v) => s with { ScriptTimeout = v.Seconds(0.1) }),
        new("memory_limit", s => SizeText.Of(s.MemoryLimit), (s, v) => s with { MemoryLimit = v.Bytes() }),
        new("output_timeout_seconds", s => s.OutputTimeout, (s, v) => s with { OutputTimeout = v.Seconds() }),
        new("data_file_wait_seconds", s => s.DataFileWait, (s, v) => s with { DataFileWait = v.Seconds() }),
        new("publish_retry_seconds", s => s.PublishRetry, (s, v) => s with { PublishRetry = v.Seconds() }),
        new("min_free_space", s => SizeText.Of(s.MinFreeSpace), (s, v) => s with { MinFreeSpace = v.Bytes() }),
        new("storage_mount_point", s => s.StorageMountPoint, (s, v) => s with { StorageMountPoint = v.AbsolutePathOrEmpty() }),
        new("script_umask", s => s.ScriptUmask, (s, v) => s with { ScriptUmask = v.Text().Length == 0 ? "" : v.Umask() }),
        new("path_map", s => s.PathMap, (s, v) => s with { PathMap = v.PathMap() }),
    ];

    private static IReadOnlyList<string> Interpreter(SettingValue value) =>
        value.TextList() is [['/', ..], ..] command
            ? command
            : throw new FormatException("should be a list that begins with the interpreter's path from the root, such as [\"/usr/bin/python3\"]");

    private static string Template(SettingValue value, params string[] placeholders)
    {
        var template = value.AbsolutePath();
        return PathTemplate.UnknownPlaceholder(template, placeholders) is { } unknown
            ? throw new FormatException($"has the unknown placeholder {unknown}; known are {string.Join(", ", placeholders.Select(p => $"{{{p}}}"))}")
            : template;
    }
}

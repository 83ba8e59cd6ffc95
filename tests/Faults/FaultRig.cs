using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;

namespace Autoreduction.Tests.Faults;

/// <summary>One experiment: the real programs in a directory and with queues of their own, on a broker that others use too.</summary>
internal sealed partial class FaultRig : IAsyncDisposable
{
    private static readonly string[] StatusQueues = ["Started", "Complete", "Error", "Skipped"];
    private static int Last;

    private readonly string _prefix = $"/queue/Experiment{Environment.ProcessId}-{Interlocked.Increment(ref Last)}-";
    private readonly List<(string Queue, long Run, string? Message, string? Log)> _told = [];
    private readonly HashSet<string> _seen = [];
    private readonly string _script;

    private FaultRig(string root, PrivateActiveMq broker, string script) => (Root, Broker, _script) = (root, broker, script);

    public string Root { get; }

    public PrivateActiveMq Broker { get; }

    public StompConnection Connection { get; private set; } = null!;

    public string Pending => $"{_prefix}Pending";

    public string DeadLetters => $"{_prefix}Dead";

    public string LockFile => Path.Combine(Root, "run/daemon.lock");

    public string PidFile => Path.Combine(Root, "run/autoreduction-processor.pid");

    public string Log => Path.Combine(Root, "log/autoreduction-processor.log");

    /// <summary>The descriptors of the daemon when it was up, by kind; null before <see cref="StartAsync"/>.</summary>
    public IReadOnlyDictionary<string, int>? DescriptorsAtStart { get; private set; }

    public string State => Path.Combine(Root, "state");

    public string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    public int MaxJobs { get; private init; }

    private double KillGraceSeconds { get; init; }

    private double PublishRetrySeconds { get; init; }

    /// <summary>Every run that was submitted, in order, with its experiment.</summary>
    public List<(long Rb, long Run)> Submitted { get; } = [];

    /// <summary>Every status message so far, in order of arrival.</summary>
    public IReadOnlyList<(string Queue, long Run, string? Message, string? Log)> Told => _told;

    public IReadOnlyList<(string Queue, long Run, string? Message, string? Log)> Terminal => [.. _told.Where(told => told.Queue != "Started")];

    public int Pid => FileLock.OwnerOf(LockFile) ?? throw new InvalidOperationException("no daemon runs");

    public static async Task<FaultRig> OpenAsync(
        PrivateActiveMq broker, CancellationToken token, int maxJobs = 3, string daemon = "", double killGraceSeconds = 1, double publishRetrySeconds = 0.5, string brokerKeys = "", [CallerFilePath] string here = "")
    {
        var root = Directory.CreateTempSubdirectory("fault-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results", "scripts", "locks"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        var data = Path.Combine(root, "run.nxs");
        await File.WriteAllTextAsync(data, "data", token);
        File.SetLastWriteTimeUtc(data, DateTime.UtcNow.AddMinutes(-1));
        var script = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "chaos_job.py"), token);
        var rig = new FaultRig(root, broker, script) { MaxJobs = maxJobs, KillGraceSeconds = killGraceSeconds, PublishRetrySeconds = publishRetrySeconds };
        await rig.ConnectAsync(token);
        rig.WriteSettings(broker.Port, daemon, brokerKeys);
        return rig;
    }

    public void WriteSettings(int port, string daemon = "", string broker = "") => File.WriteAllText(SettingsPath, $"""
        [broker]
        uri = "tcp://127.0.0.1:{port}"
        {broker}
        [queues]
        pending = "{Pending}"
        started = "{_prefix}Started"
        complete = "{_prefix}Complete"
        error = "{_prefix}Error"
        skipped = "{_prefix}Skipped"
        dead_letter = "{DeadLetters}"
        [daemon]
        pid_file = "{PidFile}"
        state_directory = "{State}"
        log_directory = "{Root}/log"
        max_jobs = {MaxJobs}
        retry_delay_seconds = 0.1
        stop_timeout_seconds = 30
        kill_grace_seconds = {KillGraceSeconds}
        {daemon}
        [reduction]
        python_path = []
        scripts_directory = "{Root}/scripts"
        results_directory = "{Root}/results/{"{rb_number}"}/{"{run_number}"}"
        temporary_directory = "{Root}/tmp"
        publish_retry_seconds = {PublishRetrySeconds}
        min_free_space = "0"
        """);

    /// <summary>Runs ctl, with a crash point for the daemon, by a shell that does <paramref name="prefix"/> first; its exit code and all that it said.</summary>
    public Task<(int Code, string Said)> CtlAsync(string verb, CancellationToken token, string? crashAt = null, string prefix = "") => Programs.RunAsync(
        ["/bin/sh", "-c", $"{prefix} exec \"$@\"", "sh", Path.Combine(AppContext.BaseDirectory, "autoreduction-ctl"), "--config", SettingsPath, .. verb.Split(' ')],
        token, new Dictionary<string, string> { ["AUTOREDUCTION_CRASH_AT"] = crashAt ?? "" });

    public async Task StartAsync(CancellationToken token)
    {
        var (code, said) = await CtlAsync("start", token);
        if (code != 0)
        {
            throw new InvalidOperationException($"start: {said}");
        }

        // With the one that waits for the next job, which a job may take just now. There is none of a stand-in.
        var settings = await File.ReadAllTextAsync(SettingsPath, token);
        var keepsStandby = !settings.Contains("post_process_admin", StringComparison.Ordinal) && !settings.Contains("standby = false", StringComparison.Ordinal);
        await Until(() => HasDescriptors(keepsStandby), token);
    }

    private bool HasDescriptors(bool withStandby)
    {
        // The lock is opened before it is spawned, and the pidfd after.
        var waits = StandbyProcess.Of(Pid, State) is not null;
        DescriptorsAtStart = IdleDaemon.Descriptors(Pid);
        return !withStandby || (waits && DescriptorsAtStart.ContainsKey($"{State}/standby") && DescriptorsAtStart.ContainsKey("anon_inode:[pidfd]"));
    }

    /// <summary>Ends the daemon as by <c>kill -9</c>.</summary>
    public async Task KillDaemonAsync(CancellationToken token)
    {
        using var daemon = PidFd.TryOpen(Pid)!;
        daemon.TrySendSignal(Signals.SIGKILL);
        await Until(() => daemon.WaitForExit(TimeSpan.Zero), token);
    }

    public Task DaemonDeadAsync(CancellationToken token) => Until(() => !FileLock.IsHeld(LockFile), token);

    /// <summary>Waits until status says something no more.</summary>
    public async Task StatusUntilNotAsync(string words, CancellationToken token)
    {
        while ((await CtlAsync("status", token)).Said.Contains(words, StringComparison.Ordinal))
        {
            await Task.Delay(50, token);
        }
    }

    /// <summary>Waits until status says something; what it says.</summary>
    public async Task<string> StatusUntilAsync(string words, CancellationToken token)
    {
        while (true)
        {
            var (_, said) = await CtlAsync("status", token);
            if (said.Contains(words, StringComparison.Ordinal))
            {
                return said;
            }

            await Task.Delay(50, token);
        }
    }

    /// <summary>Lets jobs go on that wait for a file of this name.</summary>
    public void Release(string name) => File.WriteAllText(Path.Combine(Root, name), "");

    /// <summary>What the jobs themselves wrote.</summary>
    public IReadOnlyList<JsonNode> ChaosLog() =>
        File.Exists($"{Root}/chaos.log") ? [.. File.ReadAllLines($"{Root}/chaos.log").Select(line => JsonNode.Parse(line)!)] : [];

    /// <summary>Waits until a job of a run is at work.</summary>
    public Task RunningAsync(long run, CancellationToken token) =>
        Until(() => ChaosLog().Any(line => (long)line["run"]! == run && (string)line["what"]! == "start"), token);

    /// <summary>Whatever lives and carries a tag of this experiment's jobs.</summary>
    public IReadOnlyList<int> Tagged() =>
    [
        .. Directory.Exists($"{State}/jobs") ? Directory.EnumerateDirectories($"{State}/jobs")
            .SelectMany(job => ProcessSearch.WithEnvironment(JobFiles.TagVariable, Path.GetFileName(job))) : [],
    ];

    public static async Task Until(Func<bool> condition, CancellationToken token)
    {
        while (!condition())
        {
            await Task.Delay(20, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CtlAsync("stop --now", CancellationToken.None);
        await Connection.DisposeAsync();
        foreach (var pid in Tagged())
        {
            // There are none, but where the experiment failed.
            using var process = PidFd.TryOpen(pid);
            process?.TrySendSignal(Signals.SIGKILL);
        }

        Directory.Delete(Root, recursive: true);
    }
}

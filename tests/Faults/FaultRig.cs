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
    private readonly List<(string Queue, long Run, string? Message)> _told = [];
    private readonly string _script;

    private FaultRig(string root, StompConnection connection, string script) => (Root, Connection, _script) = (root, connection, script);

    public string Root { get; }

    public StompConnection Connection { get; }

    public string Pending => $"{_prefix}Pending";

    public string DeadLetters => $"{_prefix}Dead";

    public string LockFile => Path.Combine(Root, "run/daemon.lock");

    public string State => Path.Combine(Root, "state");

    public string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    public int MaxJobs { get; private init; }

    private double KillGraceSeconds { get; init; }

    /// <summary>Every run that was submitted, in order, with its experiment.</summary>
    public List<(long Rb, long Run)> Submitted { get; } = [];

    /// <summary>Every status message so far, in order of arrival.</summary>
    public IReadOnlyList<(string Queue, long Run, string? Message)> Told => _told;

    public IReadOnlyList<(string Queue, long Run, string? Message)> Terminal => [.. _told.Where(told => told.Queue != "Started")];

    public int Pid => FileLock.OwnerOf(LockFile) ?? throw new InvalidOperationException("no daemon runs");

    public static async Task<FaultRig> OpenAsync(
        PrivateActiveMq broker, CancellationToken token, int maxJobs = 3, string daemon = "", double killGraceSeconds = 1, [CallerFilePath] string here = "")
    {
        var root = Directory.CreateTempSubdirectory("fault-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results", "scripts", "locks"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        var data = Path.Combine(root, "run.nxs");
        await File.WriteAllTextAsync(data, "data", token);
        File.SetLastWriteTimeUtc(data, DateTime.UtcNow.AddMinutes(-1));
        var connection = await StompConnection.ConnectAsync(new("127.0.0.1", broker.Port, false), new(), token);
        var script = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "chaos_job.py"), token);
        var rig = new FaultRig(root, connection, script) { MaxJobs = maxJobs, KillGraceSeconds = killGraceSeconds };
        foreach (var queue in StatusQueues)
        {
            await connection.SubscribeAsync(queue, $"{rig._prefix}{queue}", StompAckMode.Auto, [], token);
        }

        rig.WriteSettings(broker.Port, daemon);
        return rig;
    }

    public void WriteSettings(int port, string daemon = "") => File.WriteAllText(SettingsPath, $"""
        [broker]
        uri = "tcp://127.0.0.1:{port}"
        [queues]
        pending = "{Pending}"
        started = "{_prefix}Started"
        complete = "{_prefix}Complete"
        error = "{_prefix}Error"
        skipped = "{_prefix}Skipped"
        dead_letter = "{DeadLetters}"
        [daemon]
        pid_file = "{Root}/run/autoreduction-processor.pid"
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
        publish_retry_seconds = 0.5
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
    }

    /// <summary>Ends the daemon as by <c>kill -9</c>.</summary>
    public async Task KillDaemonAsync(CancellationToken token)
    {
        using var daemon = PidFd.TryOpen(Pid)!;
        daemon.TrySendSignal(Signals.SIGKILL);
        await Until(() => daemon.WaitForExit(TimeSpan.Zero), token);
    }

    public Task DaemonDeadAsync(CancellationToken token) => Until(() => !FileLock.IsHeld(LockFile), token);

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

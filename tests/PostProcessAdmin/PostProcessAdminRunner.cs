using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Starts the real program behind a gate and with a lock, as the daemon does.</summary>
internal sealed class PostProcessAdminRunner : IDisposable
{
    // Another build of it, such as the natively compiled one, can be tested too.
    private static readonly string Program = System.Environment.GetEnvironmentVariable("TEST_POST_PROCESS_ADMIN")
        ?? Path.Combine(AppContext.BaseDirectory, "post-process-admin");

    private static int Count;
    private readonly string _root = Directory.CreateTempSubdirectory("ppa-test-").FullName;
    private readonly string _jobId = $"TEST-{System.Environment.ProcessId}-{Interlocked.Increment(ref Count)}";
    private readonly ChildReaper _reaper;
    private TaskCompletionSource _ended = new();
    private ChildProcess? _child;

    public PostProcessAdminRunner(string brokerUri)
    {
        _reaper = new ChildReaper(new ChildReaperOptions(), _ => _ended.TrySetResult());
        BrokerUri = brokerUri;
        Environment = new() { ["PATH"] = "/usr/bin:/bin", ["AUTOREDUCTION__BROKER__PASSWORD"] = Password };
        foreach (var directory in (string[])[Files.Directory, Temporary, ScriptsDirectory, Results])
        {
            Directory.CreateDirectory(directory);
        }

        Write("data/MARI3701.nxs", "some data");
        File.SetLastWriteTimeUtc(PathOf("data/MARI3701.nxs"), DateTime.UtcNow.AddMinutes(-1));
        Message = new JsonObject
        {
            ["facility"] = "ISIS",
            ["instrument"] = "Testy",
            ["rb_number"] = "1810001",
            ["run_number"] = 3701,
            ["run_version"] = 2,
            ["data"] = @"\\server\share\data\MARI3701.nxs",
            ["reduction_script"] = "def main(input_file, output_dir):\n    open(output_dir + 'out.txt', 'w').write(input_file)\n",
            ["reduction_arguments"] = new JsonObject { ["standard_vars"] = new JsonObject { ["vanadium-mass"] = 1.50 } },
            ["run_title"] = "echoed",
        };
        Reduction = new ReductionSettings
        {
            Python = ["/usr/bin/python3"],
            PythonPath = [],
            ScriptsDirectory = PathOf("scripts/{instrument}"),
            ResultsDirectory = PathOf("results/{instrument}/RB{rb_number}/autoreduced/{run_number}"),
            TemporaryDirectory = Temporary,
            DataFileWait = TimeSpan.Zero,
            PublishRetry = TimeSpan.Zero,
            PathMap = [new(@"\\server\share\", _root + "/")],
        };
    }

    public JsonObject Message { get; }

    public ReductionSettings Reduction { get; set; }

    public string BrokerUri { get; set; }

    // Unlike any other text on this machine, that of runs at the same time included.
    public string Password { get; } = $"secret-{Guid.NewGuid():N}";

    public TimeSpan KillGrace { get; set; } = TimeSpan.FromSeconds(5);

    public string LogFormat { get; set; } = "text";

    public Dictionary<string, string> Environment { get; }

    /// <summary>A command that becomes the program.</summary>
    public IReadOnlyList<string> Through { get; set; } = [];

    public JobFiles Files => new(PathOf("state/jobs/job"));

    public string Temporary => PathOf("tmp");

    public string ScriptsDirectory => PathOf("scripts/TESTY");

    public string Results => PathOf("results");

    public string RunFolder => PathOf("results/TESTY/RB1810001/autoreduced/3701");

    public string DataPath => PathOf("data/MARI3701.nxs");

    public string JobId => _jobId;

    public string PrivateDirectory => Path.Combine(Temporary, _jobId);

    public string PathOf(string name) => Path.Combine(_root, name);

    public string Script
    {
        set => Message["reduction_script"] = value;
    }

    public string AdminLog => File.Exists(Files.AdminLog) ? File.ReadAllText(Files.AdminLog) : "no admin log\n" + Console;

    public int Pid => _child!.Pid;

    public JobOutcome? Outcome => File.Exists(Files.Outcome)
        ? JsonSerializer.Deserialize(File.ReadAllBytes(Files.Outcome), ContractJson.Default.JobOutcome)
        : null;

    private string Console => File.Exists(Files.Console) ? File.ReadAllText(Files.Console) : "";

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Runs it to its end; its exit code. Nothing is left of it then.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Start();
        return await EndAsync(cancellationToken);
    }

    public void Start() => Start(gate => gate.WriteAll(Order()));

    /// <summary>Starts it, and leaves it to the caller what goes through the gate.</summary>
    public void Start(Action<GatePipe> release, bool closeGate = true)
    {
        if (!File.Exists(Files.Message))
        {
            File.WriteAllText(Files.Message, Message.ToJsonString());
        }

        using var held = FileLock.TryAcquire(Files.Lock, 0x180, TimeSpan.Zero)!;
        var gate = GatePipe.Create();
        _child?.Dispose();
        _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] command = [.. Through, Program, "run", "--job-directory", Files.Directory];
        _child = _reaper.Start(new SpawnRequest
        {
            ProgramPath = command[0],
            Arguments = command[1..],
            Environment = new Dictionary<string, string>(Environment) { [JobFiles.TagVariable] = _jobId },
            WorkingDirectory = "/",
            NewSession = true,
            Descriptors =
            [
                SpawnDescriptor.Inherit(3, gate.ReadEnd),
                SpawnDescriptor.Inherit(4, held.Descriptor),
                SpawnDescriptor.OpenAppend(1, Files.Console, 0x180),
                SpawnDescriptor.OpenAppend(2, Files.Console, 0x180),
            ],
        });
        gate.CloseReadEnd();
        release(gate);
        if (closeGate)
        {
            gate.Dispose();
        }
    }

    public byte[] Order() => JsonSerializer.SerializeToUtf8Bytes(
        new JobOrder
        {
            JobId = _jobId,
            JobDirectory = Files.Directory,
            MessageId = "ID:test-1",
            Attempt = 1,
            Broker = new BrokerSettings { Uri = BrokerUri },
            BrokerPassword = Password,
            Queues = new QueueSettings(),
            Reduction = Reduction,
            KillGrace = KillGrace,
            LogFormat = LogFormat,
        },
        ContractJson.Default.JobOrder);

    /// <summary>Waits for its end; its exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken);
        var status = _reaper.Reap(Pid);
        Assert.That(LeftProcesses(), Is.Empty, AdminLog);
        Assert.That(FileLock.IsHeld(Files.Lock), Is.False);
        Assert.That(status.Exited, Is.True, $"{status}\n{Console}\n{AdminLog}");
        return status.ExitCode;
    }

    public IReadOnlyList<int> LeftProcesses() => ProcessSearch.WithEnvironment(JobFiles.TagVariable, _jobId);

    /// <summary>Whether the program has taken the gate over, which makes it close-on-exec (proc_pid_fdinfo(5), flags).</summary>
    public bool IsAtGate()
    {
        const int O_CLOEXEC = 0x80000;
        var flags = File.ReadLines($"/proc/{Pid}/fdinfo/3").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags[6..].Trim(), 8) & O_CLOEXEC) != 0;
    }

    public void Signal(int signal) => _child!.PidFd.TrySendSignal(signal);

    public static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            await Task.Delay(10, cancellationToken);
        }
    }

    /// <summary>Kills it, and what its script has left, as the daemon would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        Signal(Signals.SIGKILL);
        await _ended.Task.WaitAsync(cancellationToken);
        _reaper.Reap(Pid);
        KillAll();
        await UntilAsync(() => !FileLock.IsHeld(Files.Lock), cancellationToken);
    }

    public void Dispose()
    {
        KillAll();
        _reaper.Dispose();
        _child?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void KillAll()
    {
        var began = Stopwatch.GetTimestamp();
        for (var left = LeftProcesses(); left.Count > 0 && Stopwatch.GetElapsedTime(began).TotalSeconds < 10; left = LeftProcesses())
        {
            foreach (var pid in left)
            {
                using var process = PidFd.TryOpen(pid);
                process?.TrySendSignal(Signals.SIGKILL);
            }
        }
    }
}

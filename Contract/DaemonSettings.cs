namespace Autoreduction.Contract;

/// <summary>How the daemon runs and schedules: the <c>[daemon]</c> section of the settings.</summary>
public sealed record DaemonSettings
{
    /// <summary>The pid file; the lock and the control socket stand beside it.</summary>
    public string PidFile { get; init; } = "/run/autoreduction/autoreduction-processor.pid";

    /// <summary>Where job records are kept.</summary>
    public string StateDirectory { get; init; } = "/var/lib/autoreduction";

    /// <summary>Where the daemon writes its log.</summary>
    public string LogDirectory { get; init; } = "/var/log/autoreduction";

    /// <summary>What is logged at least: debug, info, warn or error.</summary>
    public string LogLevel { get; init; } = "info";

    /// <summary>How the log is written: text, or json, which is one object a line.</summary>
    public string LogFormat { get; init; } = "text";

    /// <summary>Size in bytes above which the log file is set aside and a new one begun; 0: never.</summary>
    public long LogMaxSize { get; init; } = 32L << 20;

    /// <summary>How many log files that were set aside are kept.</summary>
    public int LogKeep { get; init; } = 10;

    /// <summary>How long they are kept at most, by when they were written last; zero: without limit.</summary>
    public TimeSpan LogRetention { get; init; }

    /// <summary>How many runs may be reduced at once; 0: one per processor.</summary>
    public int MaxJobs { get; init; }

    /// <summary>How many runs of one instrument may be reduced at once; 0: no limit.</summary>
    public int MaxJobsPerInstrument { get; init; }

    /// <summary>How often handling of a run may begin before it is given up.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Wait before the second attempt at a run; doubled for each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop lets running reductions go on.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between asking a process to end (TERM) and ending it (KILL).</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <c>start</c> waits for the daemon to be up.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long records of finished jobs are kept.</summary>
    public TimeSpan RecordRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a cancel of a run that was not seen yet is remembered.</summary>
    public TimeSpan CancelRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether a cancelled run is reported on the Skipped queue.</summary>
    public bool CancelPublishes { get; init; }

    /// <summary>The post-process-admin program; empty: the one beside the daemon.</summary>
    public string PostProcessAdmin { get; init; } = "";

    /// <summary>Whether one post-process-admin is kept waiting for the next run, so that it begins sooner.</summary>
    public bool Standby { get; init; } = true;

    /// <summary>An IP address and port on which the daemon answers HTTP too, read-only, such as 127.0.0.1:9464; empty: none.</summary>
    public string HttpAddress { get; init; } = "";

    /// <summary>Names by which that address may be called, besides IP addresses, localhost and this machine's name.</summary>
    public IReadOnlyList<string> HttpHosts { get; init; } = [];

    /// <summary>The post-process-admin program that is started for each run.</summary>
    public string PostProcessAdminPath => PostProcessAdmin.Length > 0 ? PostProcessAdmin : OwnPostProcessAdmin;

    /// <summary>Whether one is kept waiting: what another program of that name would make of it is not known.</summary>
    public bool KeepsStandby => Standby && PostProcessAdminPath == OwnPostProcessAdmin;

    private static string OwnPostProcessAdmin => Path.Combine(AppContext.BaseDirectory, "post-process-admin");

    /// <summary>File creation mask of the daemon and what it starts, in octal.</summary>
    public string Umask { get; init; } = "022";

    /// <summary>The number of runs that may be reduced at once on this machine.</summary>
    public int EffectiveMaxJobs => MaxJobs > 0 ? MaxJobs : Environment.ProcessorCount;

    /// <summary>The file whose flock tells whether a daemon runs.</summary>
    public string LockPath => Path.Combine(RunDirectory, "daemon.lock");

    /// <summary>The Unix socket on which the daemon answers.</summary>
    public string SocketPath => Path.Combine(RunDirectory, "autoreduction.sock");

    /// <summary>The directory of pid file, lock and socket.</summary>
    public string RunDirectory => Path.GetDirectoryName(PidFile)!;

    /// <summary>The directory that holds one directory per job.</summary>
    public string JobsDirectory => Path.Combine(StateDirectory, "jobs");

    /// <summary>The directory of the post-process-admin that waits for a job.</summary>
    public string StandbyDirectory => Path.Combine(StateDirectory, "standby");

    /// <summary>The daemon's log file.</summary>
    public string LogPath => Path.Combine(LogDirectory, "autoreduction-processor.log");

    /// <summary><see cref="Umask"/> as a number.</summary>
    public int UmaskBits => Convert.ToInt32(Umask, 8);
}

namespace Autoreduction.Contract;

/// <summary>How a run is reduced: the <c>[reduction]</c> section, with one instrument's overrides applied.</summary>
public sealed record ReductionSettings
{
    /// <summary>The interpreter and its first arguments; the driver and its request follow.</summary>
    public IReadOnlyList<string> Python { get; init; } = ["/usr/bin/python3"];

    /// <summary>The modules of the reduction software, the first that there is counts: its version is told with a run.</summary>
    public IReadOnlyList<string> Software { get; init; } = ["mantid"];

    /// <summary>The user that scripts run as, where the daemon runs as root; empty: the daemon's own.</summary>
    public string ScriptUser { get; init; } = "";

    /// <summary>Directories put in front of PYTHONPATH.</summary>
    public IReadOnlyList<string> PythonPath { get; init; } = ["/opt/Mantid/lib"];

    /// <summary>Template of the directory with <c>reduce.py</c> and <c>reduce_vars.py</c>.</summary>
    public string ScriptsDirectory { get; init; } = "/isis/NDX{instrument}/user/scripts/autoreduction";

    /// <summary>Which script is run: the message's, or always the one of the scripts directory.</summary>
    public ScriptSource ScriptSource { get; init; } = ScriptSource.Message;

    /// <summary>Template of the directory of a run's results, without the version folder.</summary>
    public string ResultsDirectory { get; init; } =
        "/instrument/{instrument}/RBNumber/RB{rb_number}/autoreduced/{run_number}";

    /// <summary>Where each run gets a private directory while it is reduced.</summary>
    public string TemporaryDirectory { get; init; } = "/var/lib/autoreduction/tmp";

    /// <summary>Instruments whose results go into one flat directory, without run and version folders.</summary>
    public IReadOnlyList<string> FlatOutputInstruments { get; init; } =
        ["LET", "MARI", "MAPS", "MERLIN", "WISH", "GEM"];

    /// <summary>How long a script may run, import included.</summary>
    public TimeSpan ScriptTimeout { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Memory that all processes of a run may use together, in bytes; 0: no limit.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>How long a script may print nothing; zero: for as long as it likes.</summary>
    public TimeSpan OutputTimeout { get; init; }

    /// <summary>How long a data file is waited for.</summary>
    public TimeSpan DataFileWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long publishing results is tried again before they are left where they are.</summary>
    public TimeSpan PublishRetry { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Free space that the disks of temporary directory and results must have before a run begins; 0: not looked at.</summary>
    public long MinFreeSpace { get; init; } = 100 << 20;

    /// <summary>Where long-term storage is mounted: nothing is stored while it isn't. Empty: not looked at.</summary>
    public string StorageMountPoint { get; init; } = "";

    /// <summary>File creation mask of scripts and results, in octal; empty: the daemon's.</summary>
    public string ScriptUmask { get; init; } = "";

    /// <summary>Prefixes of paths in messages and what replaces them, first match first.</summary>
    public IReadOnlyList<PathMapping> PathMap { get; init; } =
        [new(@"\\isis\inst$\", "/isis/"), new(@"\\autoreduce\data\", "/autoreducetmp/data/")];
}

namespace Autoreduction.Contract;

/// <summary>The files of one job in <c>state_directory/jobs/&lt;id&gt;/</c>, and who writes them.</summary>
/// <param name="Directory">The job's directory.</param>
public sealed record JobFiles(string Directory)
{
    /// <summary>The message as it arrived (daemon).</summary>
    public string Message => Path.Combine(Directory, "message.json");

    /// <summary>The <see cref="JobRecord"/> (daemon).</summary>
    public string Record => Path.Combine(Directory, "record.json");

    /// <summary>Held by flock while anything of the job lives (opened by the daemon, inherited by the job).</summary>
    public string Lock => Path.Combine(Directory, "lock");

    /// <summary>Exists once the broker confirmed ReductionStarted (post-process-admin).</summary>
    public string Started => Path.Combine(Directory, "started.json");

    /// <summary>The terminal message's body (post-process-admin, or the daemon on its behalf).</summary>
    public string Terminal => Path.Combine(Directory, "terminal.json");

    /// <summary>The <see cref="JobOutcome"/> (post-process-admin, or the daemon on its behalf).</summary>
    public string Outcome => Path.Combine(Directory, "outcome.json");

    /// <summary>What holds the run up just now, in words; missing where nothing does (post-process-admin).</summary>
    public string Trouble => Path.Combine(Directory, "trouble.txt");

    /// <summary>What post-process-admin logged of this run.</summary>
    public string AdminLog => Path.Combine(Directory, "admin.log");

    /// <summary>What post-process-admin printed; empty unless it crashed.</summary>
    public string Console => Path.Combine(Directory, "console.log");

    /// <summary>A file of this name in a run's private directory says that its results are the only ones: nobody removes them.</summary>
    public const string KeptNote = "KEPT.txt";

    /// <summary>The descriptor of post-process-admin from which it reads its <see cref="JobOrder"/>: its gate.</summary>
    public const int GateDescriptor = 3;

    /// <summary>The descriptor of post-process-admin that holds <see cref="Lock"/>.</summary>
    public const int LockDescriptor = 4;

    /// <summary>The descriptor that a post-process-admin that waits for a job closes when it is ready for one; its Python may still come up.</summary>
    public const int UpDescriptor = 5;

    /// <summary>The descriptor from which a post-process-admin that waits for a job reads its <see cref="ExpectedRun"/>.</summary>
    public const int ExpectedDescriptor = 6;

    /// <summary>How a job's processes are told: this variable with the job's id is in their environment.</summary>
    public const string TagVariable = "AUTOREDUCTION_JOB";

    /// <summary>What a post-process-admin that waits for a job has instead of the tag: room for it.</summary>
    public const string RoomVariable = "AUTOREDUCTION_STANDBY";
}

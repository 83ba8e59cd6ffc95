namespace Autoreduction.Contract;

/// <summary>How the programs end. The values of post-process-admin are those of sysexits(3).</summary>
public static class ExitCodes
{
    /// <summary>post-process-admin: a terminal status was published and confirmed. Others: success.</summary>
    public const int Success = 0;

    /// <summary>ctl and daemon: it failed, or already runs.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use of a program.</summary>
    public const int Usage = 2;

    /// <summary>ctl: no permission (LSB).</summary>
    public const int NoPermission = 4;

    /// <summary>A run that was waited for, or tried, was skipped.</summary>
    public const int Skipped = 5;

    /// <summary>post-process-admin: the outcome is known and stands in the job directory; the broker could not be reached (EX_IOERR).</summary>
    public const int OutcomeUnpublished = 74;

    /// <summary>post-process-admin: interrupted, or can't start here; nothing terminal was published (EX_TEMPFAIL).</summary>
    public const int TryAgain = 75;

    /// <summary>The settings can't be used (EX_CONFIG).</summary>
    public const int BadSettings = 78;

    /// <summary>Daemon: handed its jobs over, and the service manager is to start the next daemon (RestartForceExitStatus=).</summary>
    public const int HandedOver = 79;

    /// <summary>post-process-admin: the gate closed before the job was released; nothing ran.</summary>
    public const int GateClosed = 125;

    /// <summary>post-process-admin try: a person interrupted it (SIGINT, as shells say it).</summary>
    public const int Interrupted = 130;

    /// <summary>How <c>try</c> and <c>submit --wait</c> tell an outcome.</summary>
    public static int Of(JobResult result) => result switch
    {
        JobResult.Complete => Success,
        JobResult.Skipped => Skipped,
        _ => Failed,
    };
}

namespace Autoreduction.Posix;

/// <summary>Signal numbers of Linux (signal(7)) and their names.</summary>
public static class Signals
{
#pragma warning disable CS1591 // The names are C's.
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGUSR2 = 12;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
#pragma warning restore CS1591

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The name of a signal, such as <c>SIGKILL</c>; real-time ones as <c>SIGRTMIN+n</c>.</summary>
    public static string NameOf(int number) => number switch
    {
        > 0 and < 32 => $"SIG{Names[number]}",
        34 => "SIGRTMIN",
        > 34 and <= 64 => $"SIGRTMIN+{number - 34}",
        _ => $"signal {number}",
    };
}

using System.Runtime.InteropServices;

namespace Autoreduction.Posix.Interop;

/// <summary>Waiting, pidfds and process attributes. -1 and errno on failure.</summary>
internal static partial class Libc
{
    public const int P_ALL = 0;
    public const int P_PID = 1;
    public const int WNOHANG = 1;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x01000000;
    public const int PR_SET_CHILD_SUBREAPER = 36;
    public const int PR_SET_DUMPABLE = 4;
    public const int RLIMIT_NOFILE = 7;

    private const int SYS_pidfd_send_signal = 424;
    private const int SYS_pidfd_open = 434;

    // int waitid(idtype_t idtype, id_t id, siginfo_t *infop, int options);
    // 0 with si_pid != 0: it ended; 0 with si_pid == 0: not yet (WNOHANG); -1 ECHILD: not our child, or reaped already.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitid(int type, int id, nint information, int options);

    // int execve(const char *path, char *const argv[], char *const envp[]), both arrays ending in NULL, which those of
    // Mono.Posix don't. Returns on failure only.
    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int execve(byte* path, byte** argv, byte** envp);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    // pid: 0 is this process; another one needs the same user. Either limit pointer may be null.
    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int prlimit(int pid, int resource, ulong* changed, ulong* former);

    // The former id, also on failure; -1 (no user) as the argument changes nothing. Of the calling thread alone.
    [LibraryImport("libc")]
    public static partial int setfsuid(uint uid);

    [LibraryImport("libc")]
    public static partial int setfsgid(uint gid);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    // A descriptor, close-on-exec; -1 ESRCH: no such process; EMFILE. By number: glibc has a wrapper from 2.36 only.
    public static int PidfdOpen(int pid) => (int)syscall(SYS_pidfd_open, pid, 0, 0, 0);

    // 0; -1 ESRCH: it ended and was reaped; EPERM: another user's.
    public static int PidfdSendSignal(int descriptor, int signal) =>
        (int)syscall(SYS_pidfd_send_signal, descriptor, signal, 0, 0);
}

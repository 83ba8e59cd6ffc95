using System.Runtime.InteropServices;

namespace Autoreduction.Posix.Interop;

/// <summary>Dispositions and masks.</summary>
internal static partial class Libc
{
    public const nint SIG_DFL = 0;
    public const nint SIG_IGN = 1;
    public const int SIG_SETMASK = 2;

    // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact);
    // 0; -1 EINVAL: no such signal. With act null it only asks.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigaction(int signal, nint changed, nint former);

    // The former handler; -1 on failure.
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int signal, nint handler);

    // Of this thread; an exec takes it over. Returns the errno itself.
    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, nint changed, nint former);

    [LibraryImport("libc")]
    public static partial int sigemptyset(nint signals);

    [LibraryImport("libc")]
    public static partial int sigfillset(nint signals);
}

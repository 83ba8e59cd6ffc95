using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>What this process inherited about signals: an exec keeps what is ignored, and what is blocked.</summary>
internal static unsafe class SignalDispositions
{
    private const int LastStandard = 31;

    // Room for struct sigaction and sigset_t: 152 and 128 bytes on x86-64.
    private const int OpaqueSize = 256;

    /// <summary>With SIGCHLD ignored the kernel reaps children by itself, and nobody learns how they ended.</summary>
    public static void StopIgnoringChildren()
    {
        if (IsIgnored(Signals.SIGCHLD))
        {
            _ = Libc.signal(Signals.SIGCHLD, Libc.SIG_DFL);
        }
    }

    /// <summary>For the moment before an exec: what is ignored, also by the runtime (SIGPIPE), gets its default; nothing is blocked.</summary>
    public static void ResetForExec()
    {
        for (var signal = 1; signal <= LastStandard; signal++)
        {
            if (IsIgnored(signal))
            {
                _ = Libc.signal(signal, Libc.SIG_DFL);
            }
        }

        var nothing = stackalloc byte[OpaqueSize];
        _ = Libc.sigemptyset((nint)nothing);
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, (nint)nothing, 0);
    }

    // The handler is the first member of struct sigaction.
    private static bool IsIgnored(int signal)
    {
        var action = stackalloc byte[OpaqueSize];
        return Libc.sigaction(signal, 0, (nint)action) == 0 && *(nint*)action == Libc.SIG_IGN;
    }
}

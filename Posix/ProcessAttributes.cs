using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Attributes of this process (prctl(2), umask(2)).</summary>
public static class ProcessAttributes
{
    /// <summary>Makes orphans among our descendants our children (PR_SET_CHILD_SUBREAPER).</summary>
    /// <exception cref="PosixException">The kernel refused.</exception>
    public static void BecomeSubreaper() => Set(Libc.PR_SET_CHILD_SUBREAPER, 1);

    /// <summary>Sets the file creation mask, which children inherit.</summary>
    public static void SetUmask(int mask) => _ = Syscall.umask(NativeConvert.ToFilePermissions((uint)mask));

    /// <summary>
    /// Keeps other processes of this user out of our memory, environment and descriptors, and core files from being
    /// written (PR_SET_DUMPABLE): /proc/PID belongs to root then. Programs that we start are as always.
    /// </summary>
    /// <exception cref="PosixException">The kernel refused.</exception>
    public static void ForbidDumping() => Set(Libc.PR_SET_DUMPABLE, 0);

    private static void Set(int option, int value)
    {
        if (Libc.prctl(option, value, 0, 0, 0) < 0)
        {
            throw PosixException.OfLast("prctl", $"{option}");
        }
    }
}

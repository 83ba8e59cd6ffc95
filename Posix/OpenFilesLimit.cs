using System.Runtime.CompilerServices;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>
/// CoreCLR raises the soft limit of open files to the hard one, and children inherit that: code that uses select(2), or
/// closes all descriptors one by one, breaks or crawls. NativeAOT, with which our programs are published, leaves the
/// limit alone, so there children inherit the one that we were started with.
/// </summary>
internal static unsafe class OpenFilesLimit
{
    // The kernel's own soft limit, and that of most distributions; the original can't be known any more.
    private const ulong Customary = 1024;

    /// <summary>Lowers the soft limit of a child of ours, which runs already, or ours (0) before an exec.</summary>
    public static void RestoreFor(int pid)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        var limits = stackalloc ulong[2];
        if (Libc.prlimit(pid, Libc.RLIMIT_NOFILE, null, limits) == 0 && limits[0] > Customary)
        {
            limits[0] = Math.Min(Customary, limits[1]);
            _ = Libc.prlimit(pid, Libc.RLIMIT_NOFILE, limits, null);
        }
    }
}

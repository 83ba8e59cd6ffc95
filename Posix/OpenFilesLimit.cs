using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>
/// CoreCLR raises the soft limit of open files to the hard one, and children inherit that: code that uses select(2), or
/// closes all descriptors one by one, breaks or crawls. Children get the customary limit back.
/// </summary>
internal static unsafe class OpenFilesLimit
{
    private const ulong Customary = 1024;

    /// <summary>Lowers the soft limit of a child of ours. One that has ended meanwhile needs none.</summary>
    public static void RestoreFor(int pid)
    {
        var limits = stackalloc ulong[2];
        if (Libc.prlimit(pid, Libc.RLIMIT_NOFILE, null, limits) == 0 && limits[0] > Customary)
        {
            limits[0] = Math.Min(Customary, limits[1]);
            _ = Libc.prlimit(pid, Libc.RLIMIT_NOFILE, limits, null);
        }
    }
}

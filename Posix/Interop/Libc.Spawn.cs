using System.Runtime.InteropServices;

namespace Autoreduction.Posix.Interop;

/// <summary>posix_spawn(3) with attributes and file actions. All return the errno itself, 0 for success.</summary>
internal static partial class Libc
{
    public const short POSIX_SPAWN_SETPGROUP = 0x02;
    public const short POSIX_SPAWN_SETSIGDEF = 0x04;
    public const short POSIX_SPAWN_SETSIGMASK = 0x08;
    public const short POSIX_SPAWN_SETSID = 0x80;

    // int posix_spawn(pid_t *pid, const char *path, actions, attributes, char *const argv[], char *const envp[]);
    // 0: *pid runs, its exec has succeeded; else an errno (ENOENT also for a missing working directory).
    [LibraryImport("libc")]
    public static unsafe partial int posix_spawn(out int pid, byte* path, nint actions, nint attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(nint attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(nint attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(nint attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setpgroup(nint attributes, int group);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(nint attributes, nint signals);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigmask(nint attributes, nint signals);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(nint actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(nint actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(nint actions, int from, int to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addopen(nint actions, int descriptor, string path, int flags, uint mode);

    // One that isn't open is no error.
    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclose(nint actions, int descriptor);

    // glibc 2.29.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addchdir_np(nint actions, string path);

    // glibc 2.34. Closes every descriptor from this one on.
    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclosefrom_np(nint actions, int lowest);
}

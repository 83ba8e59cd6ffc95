using System.Runtime.InteropServices;

namespace Autoreduction.Posix.Interop;

/// <summary>Descriptors, locks and renames. -1 and errno on failure.</summary>
internal static partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public const int O_DIRECTORY = 0x10000;
    public const int O_NOFOLLOW = 0x20000;
    public const int O_CLOEXEC = 0x80000;
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int RENAME_NOREPLACE = 1;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int AT_FDCWD = -100;
    public const short POLLIN = 1;
    public const int SEEK_SET = 0;
    public const int SEEK_DATA = 3;
    public const uint SYNC_FILE_RANGE_WRITE = 2;
    public const int SEEK_HOLE = 4;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    // F_DUPFD_CLOEXEC: the lowest free descriptor from the argument on; -1 EMFILE.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, ref readonly byte data, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, ref byte data, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(int descriptor);

    // Writes the whole file system that the descriptor is on to its disk.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(int descriptor);

    // SYNC_FILE_RANGE_WRITE: begins to write the file to its disk; a count of 0 means to its end.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sync_file_range(int descriptor, long offset, long count, uint flags);

    // Bytes copied, from and to the descriptors' own positions (offset pointers are null); 0: the end, or a file without
    // a size, as in /proc; -1 EXDEV, EINVAL, EOPNOTSUPP: not between these two; ENOSPC.
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint copy_file_range(int from, nint fromOffset, int to, nint toOffset, nint count, uint flags);

    // SEEK_DATA, SEEK_HOLE: the next of that kind from the offset on; -1 ENXIO: there is no more data.
    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(int descriptor, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(int descriptor, long size);

    // -1 EWOULDBLOCK: somebody else's open file description holds it.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int descriptor, int operation);

    // -1 EEXIST: there is one of that name (RENAME_NOREPLACE); EINVAL: the file system can't.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int renameat2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    /// <summary>struct pollfd of poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}

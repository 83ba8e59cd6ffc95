using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Files that are replaced as a whole: a reader, also after a crash of the machine, sees the old or the new content.</summary>
public static class DurableFile
{
    /// <summary>Writes a temporary file beside it, syncs, renames, and syncs the directory.</summary>
    /// <exception cref="PosixException">It failed; the old content is there still, and no temporary file.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, int mode)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        Mutant.Change("record-in-place", ref temporary, path);
        _ = Syscall.unlink(temporary);
        var descriptor = Libc.open(temporary, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, (uint)mode);
        if (descriptor < 0)
        {
            throw PosixException.OfLast("open", temporary);
        }

        try
        {
            try
            {
                CrashPoint.Reach("writing");
                Descriptors.WriteAll(descriptor, content, temporary);
                Check("fsync", Libc.fsync(descriptor), temporary);
            }
            finally
            {
                _ = Libc.close(descriptor);
            }

            Check("rename", Libc.renameat2(Libc.AT_FDCWD, temporary, Libc.AT_FDCWD, path, 0), path);
        }
        catch
        {
            _ = Syscall.unlink(temporary);
            throw;
        }

        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The content of a plain file of at most <paramref name="maxLength"/> bytes; null where there is none.</summary>
    /// <exception cref="IOException">It can't be read, is larger, or is no plain file.</exception>
    public static byte[]? TryRead(string path, int maxLength)
    {
        // A FIFO is not waited for.
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        if (descriptor < 0)
        {
            return PosixException.Last is Errno.ENOENT or Errno.ENOTDIR ? null : throw PosixException.OfLast("open", path);
        }

        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Syscall.fstat(descriptor, out var stat) < 0 || (stat.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFREG)
        {
            throw new IOException($"{path} is not a plain file");
        }

        return stat.st_size <= maxLength
            ? Descriptors.ReadToEnd(file, maxLength, path)
            : throw new IOException($"{path} is larger than {maxLength} bytes");
    }

    /// <summary>Makes names in a directory durable.</summary>
    /// <exception cref="PosixException">It failed.</exception>
    public static void SyncDirectory(string path)
    {
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        Check("open", descriptor, path);
        var result = Libc.fsync(descriptor);
        _ = Libc.close(descriptor);
        Check("fsync", result, path);
    }

    private static void Check(string call, int result, string path)
    {
        if (result < 0)
        {
            throw PosixException.OfLast(call, path);
        }
    }
}

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
        using var prepared = Prepare(path, content, mode);
        prepared.Name();
    }

    /// <summary>Writes and syncs the content, under another name; it becomes the file by <see cref="Unnamed.Name"/>.</summary>
    /// <exception cref="PosixException">It failed; there is no temporary file.</exception>
    public static Unnamed Prepare(string path, ReadOnlySpan<byte> content, int mode)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        Mutant.Change("record-in-place", ref temporary, path);
        _ = Syscall.unlink(temporary);
        var descriptor = Libc.open(temporary, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, (uint)mode);
        if (descriptor < 0)
        {
            throw PosixException.OfLast("open", temporary);
        }

        var prepared = new Unnamed(path, temporary);
        try
        {
            CrashPoint.Reach("writing");
            Descriptors.WriteAll(descriptor, content, temporary);
            Check("fsync", Libc.fsync(descriptor), temporary);
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
        finally
        {
            _ = Libc.close(descriptor);
        }

        return prepared;
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

    /// <summary>Content that is on disk and not yet the file's. Disposed of without <see cref="Name"/>, it is removed.</summary>
    public sealed class Unnamed : IDisposable
    {
        private readonly string _path;
        private string? _temporary;

        internal Unnamed(string path, string temporary) => (_path, _temporary) = (path, temporary);

        /// <summary>Makes it the file's content, by rename(2), and syncs the directory.</summary>
        /// <exception cref="PosixException">It failed. Where the rename did, the old content is there still.</exception>
        public void Name()
        {
            Check("rename", Libc.renameat2(Libc.AT_FDCWD, _temporary!, Libc.AT_FDCWD, _path, 0), _path);
            _temporary = null;
            SyncDirectory(Path.GetDirectoryName(_path)!);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_temporary is not null)
            {
                _ = Syscall.unlink(_temporary);
                _temporary = null;
            }
        }
    }
}

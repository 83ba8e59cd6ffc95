using System.Buffers;
using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// Copies a file's content in the kernel, by reference where the file system can (copy_file_range(2)); holes stay holes.
/// </summary>
public static class FileCopy
{
    private const int BufferSize = 1 << 18;
    private const int BlockSize = 512;
    private const uint Plain = 0x1B6; // 0666
    private const uint Executable = 0x1FF; // 0777

    /// <summary>Opens a regular file to be copied; a link is refused.</summary>
    /// <exception cref="PosixException">It can't be opened.</exception>
    public static SafeHandle OpenSource(string path) =>
        new SafeFileHandle(OpenDescriptor(path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0), ownsHandle: true);

    /// <summary>
    /// Makes <paramref name="target"/>, which must not be there, with all of the source's content; how many bytes that were.
    /// It is readable and writable for whom umask, setgid and default lists of the target's directory say; what the
    /// source's owner could execute, can be executed.
    /// </summary>
    /// <exception cref="PosixException">It failed; the target may be there in part.</exception>
    public static long Copy(SafeHandle source, string target)
    {
        var from = (int)source.DangerousGetHandle();
        if (Syscall.fstat(from, out var stat) < 0)
        {
            throw new PosixException("fstat", Stdlib.GetLastError(), target);
        }

        var mode = (stat.st_mode & FilePermissions.S_IXUSR) != 0 ? Executable : Plain;
        var to = OpenDescriptor(target, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, mode);
        long copied;
        try
        {
            copied = stat.st_blocks * BlockSize < stat.st_size ? CopyData(from, to, stat.st_size, target) : CopyNext(from, to, stat.st_size, target);
        }
        catch
        {
            _ = Libc.close(to);
            throw;
        }

        // No more than a hint, which some file systems don't know: the disk works while the next file is copied.
        _ = Libc.sync_file_range(to, 0, 0, Libc.SYNC_FILE_RANGE_WRITE);

        // NFS tells here that the server is full.
        Check("close", Libc.close(to), target);
        return copied;
    }

    // What lies between holes (lseek(2)). A file system that doesn't know holes shows one piece of data.
    private static long CopyData(int from, int to, long size, string target)
    {
        for (var position = 0L; position < size;)
        {
            var data = Libc.lseek(from, position, Libc.SEEK_DATA);
            if (data < 0 && PosixException.Last == Errno.ENXIO)
            {
                break;
            }

            var hole = Check("lseek", Libc.lseek(from, Check("lseek", data, target), Libc.SEEK_HOLE), target);
            Check("lseek", Libc.lseek(from, data, Libc.SEEK_SET), target);
            Check("lseek", Libc.lseek(to, data, Libc.SEEK_SET), target);
            _ = CopyNext(from, to, hole - data, target);
            position = hole;
        }

        Check("ftruncate", Libc.ftruncate(to, size), target);
        return size;
    }

    // A size of 0 is that of an empty file, or of one that the kernel only lets be read.
    private static long CopyNext(int from, int to, long size, string target)
    {
        var copied = 0L;
        while (copied < size)
        {
            var count = Libc.copy_file_range(from, 0, to, 0, (nint)Math.Min(size - copied, int.MaxValue), 0);
            if (count == 0)
            {
                // It has become shorter.
                return copied;
            }

            // EXDEV and so on: these two file systems can't.
            if (count < 0 && PosixException.Last is Errno.EXDEV or Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP)
            {
                return copied + CopyByHand(from, to, size - copied, target);
            }

            copied += Check("copy", count, target);
        }

        return size > 0 ? copied : CopyByHand(from, to, long.MaxValue, target);
    }

    private static long CopyByHand(int from, int to, long size, string target)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var copied = 0L;
            while (copied < size && Check("read", Libc.read(from, ref buffer[0], (nint)Math.Min(size - copied, BufferSize)), target) is > 0 and var count)
            {
                Descriptors.WriteAll(to, buffer.AsSpan(0, (int)count), target);
                copied += count;
            }

            return copied;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long Check(string call, long result, string target) => result >= 0 ? result : throw PosixException.OfLast(call, target);

    private static int OpenDescriptor(string path, int flags, uint mode) => (int)Check("open", Libc.open(path, flags | Libc.O_CLOEXEC, mode), path);
}

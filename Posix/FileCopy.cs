using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Copies a file's content in the kernel, by reference where the file system can (copy_file_range(2)).</summary>
public static class FileCopy
{
    private const int BufferSize = 1 << 16;
    private const uint Plain = 0x1B6; // 0666
    private const uint Executable = 0x1FF; // 0777

    /// <summary>Opens a regular file to be copied; a link is refused.</summary>
    /// <exception cref="PosixException">It can't be opened.</exception>
    public static SafeHandle OpenSource(string path) => Open(path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0);

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
        using var copy = Open(target, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, mode);
        var to = (int)copy.DangerousGetHandle();
        var copied = 0L;
        while (true)
        {
            var count = Libc.copy_file_range(from, 0, to, 0, int.MaxValue, 0);
            if (count > 0)
            {
                copied += count;
                if (copied < stat.st_size)
                {
                    continue;
                }

                return copied;
            }

            // EXDEV and so on: these two file systems can't.
            if (count < 0 && PosixException.Last is not (Errno.EXDEV or Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP))
            {
                throw PosixException.OfLast("copy", target);
            }

            // Nothing at all: an empty file, or one that the kernel only lets be read.
            return count == 0 && copied > 0 ? copied : copied + CopyByHand(from, to, target);
        }
    }

    private static long CopyByHand(int from, int to, string target)
    {
        var buffer = new byte[BufferSize];
        var copied = 0L;
        while (true)
        {
            var count = Libc.read(from, ref buffer[0], buffer.Length);
            if (count < 0)
            {
                throw PosixException.OfLast("read", target);
            }

            if (count == 0)
            {
                return copied;
            }

            Descriptors.WriteAll(to, buffer.AsSpan(0, (int)count), target);
            copied += count;
        }
    }

    private static SafeFileHandle Open(string path, int flags, uint mode)
    {
        var descriptor = Libc.open(path, flags | Libc.O_CLOEXEC, mode);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw PosixException.OfLast("open", path);
    }
}

using System.Buffers;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Reads files of /proc, with no more system calls than it takes: all processes are looked at often.</summary>
internal static class ProcFile
{
    private const int FirstSize = 4096;

    /// <summary>Reads what one read(2) gives: all of a small file; -1 where the process is gone, or hidden from us.</summary>
    /// <exception cref="PosixException">It can't be told: out of descriptors. Never taken for a process that is gone.</exception>
    public static int TryRead(string path, Span<byte> buffer)
    {
        if (!TryOpen(path, out var descriptor))
        {
            return -1;
        }

        try
        {
            return TryRead(descriptor, path, buffer);
        }
        finally
        {
            _ = Libc.close(descriptor);
        }
    }

    /// <summary>Reads the whole file; null where the process is gone, or hidden from us.</summary>
    /// <exception cref="PosixException">It can't be told: out of descriptors.</exception>
    public static byte[]? TryReadAll(string path)
    {
        if (!TryOpen(path, out var descriptor))
        {
            return null;
        }

        var content = new ArrayBufferWriter<byte>(FirstSize);
        try
        {
            while (true)
            {
                var count = TryRead(descriptor, path, content.GetSpan(FirstSize));
                if (count <= 0)
                {
                    return count < 0 ? null : content.WrittenSpan.ToArray();
                }

                content.Advance(count);
            }
        }
        finally
        {
            _ = Libc.close(descriptor);
        }
    }

    private static bool TryOpen(string path, out int descriptor)
    {
        descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        return descriptor >= 0 || (IsGone(PosixException.Last) ? false : throw PosixException.OfLast("open", path));
    }

    private static int TryRead(int descriptor, string path, Span<byte> buffer)
    {
        while (true)
        {
            var count = (int)Libc.read(descriptor, ref buffer[0], buffer.Length);
            if (count >= 0)
            {
                return count;
            }

            var errno = PosixException.Last;
            if (errno != Errno.EINTR)
            {
                return IsGone(errno) ? -1 : throw new PosixException("read", errno, path);
            }
        }
    }

    // ENOENT on open and ESRCH on read: it ended. EACCES and EPERM: another user's, and so none of ours, or hidepid.
    private static bool IsGone(Errno errno) => errno is Errno.ENOENT or Errno.ESRCH or Errno.EACCES or Errno.EPERM;
}

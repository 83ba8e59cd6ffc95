using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>A descriptor that the parent handed to this program under an agreed number.</summary>
public static class InheritedDescriptor
{
    /// <summary>Takes it over, and keeps it from our own children.</summary>
    /// <exception cref="PosixException">It isn't open: the program was started by hand.</exception>
    public static SafeFileHandle Take(int number)
    {
        if (Syscall.fcntl(number, FcntlCommand.F_SETFD, 1) < 0)
        {
            throw new PosixException("fcntl F_SETFD", Stdlib.GetLastError(), $"descriptor {number}");
        }

        return new SafeFileHandle(number, ownsHandle: true);
    }

    /// <summary>Reads to the end; at most <paramref name="maxLength"/> bytes.</summary>
    /// <exception cref="IOException">It can't be read, or there is more.</exception>
    public static byte[] ReadToEnd(SafeFileHandle descriptor, int maxLength)
    {
        var content = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var count = (int)Libc.read((int)descriptor.DangerousGetHandle(), ref buffer[0], buffer.Length);
            if (count == 0)
            {
                return content.ToArray();
            }

            if (count < 0 && PosixException.Last != Errno.EINTR)
            {
                throw PosixException.OfLast("read", "pipe");
            }

            content.Write(buffer, 0, Math.Max(count, 0));
            if (content.Length > maxLength)
            {
                throw new IOException($"more than {maxLength} bytes came through the pipe");
            }
        }
    }
}

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
    public static byte[] ReadToEnd(SafeFileHandle descriptor, int maxLength) => Descriptors.ReadToEnd(descriptor, maxLength, "the pipe");
}

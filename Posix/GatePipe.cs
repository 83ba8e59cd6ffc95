using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Posix;

/// <summary>A pipe to one child, close-on-exec on both ends: the child gets an end by listing it.</summary>
public sealed unsafe class GatePipe : IDisposable
{
    private GatePipe(int readEnd, int writeEnd)
    {
        ReadEnd = new SafeFileHandle(readEnd, ownsHandle: true);
        WriteEnd = new SafeFileHandle(writeEnd, ownsHandle: true);
    }

    /// <summary>Where the child, or we, read.</summary>
    public SafeFileHandle ReadEnd { get; }

    /// <summary>Where the other side writes.</summary>
    public SafeFileHandle WriteEnd { get; }

    /// <summary>Makes a pipe.</summary>
    /// <exception cref="PosixException">Out of descriptors.</exception>
    public static GatePipe Create()
    {
        var ends = stackalloc int[2];
        return Libc.pipe2(ends, Libc.O_CLOEXEC) == 0 ? new GatePipe(ends[0], ends[1]) : throw PosixException.OfLast("pipe2");
    }

    /// <summary>Closes our copy of the end that the child reads.</summary>
    public void CloseReadEnd() => ReadEnd.Dispose();

    /// <summary>Closes our copy of the end that the child writes.</summary>
    public void CloseWriteEnd() => WriteEnd.Dispose();

    /// <summary>Writes all of <paramref name="content"/> and closes.</summary>
    /// <exception cref="PosixException">Nobody reads any more (EPIPE).</exception>
    public void WriteAll(ReadOnlySpan<byte> content)
    {
        Descriptors.WriteAll((int)WriteEnd.DangerousGetHandle(), content, "pipe");
        CloseWriteEnd();
    }

    /// <summary>Whether the other side has closed the end that it writes, or written, in time.</summary>
    public bool WaitForOtherSide(TimeSpan limit) => Poll.UntilReadable((int)ReadEnd.DangerousGetHandle(), limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}

using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// A gate in the file system (fifo(7)), for a program that can't be handed a descriptor, as behind a container's command
/// line. Who reads it waits until it is opened; it comes to its end unopened when its owner dies.
/// </summary>
public sealed class FifoGate : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _end;

    private FifoGate(string path, SafeFileHandle end) => (_path, _end) = (path, end);

    /// <summary>Makes it, shut.</summary>
    /// <exception cref="PosixException">It can't be made: no room, or something of that name is there.</exception>
    public static FifoGate Create(string path)
    {
        if (Syscall.mkfifo(path, NativeConvert.FromOctalPermissionString("0600")) != 0)
        {
            throw new PosixException("mkfifo", Stdlib.GetLastError(), path);
        }

        // To read too, as Linux allows: opening it waits for nobody.
        var end = Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        return end >= 0 ? new(path, new(end, ownsHandle: true)) : throw PosixException.OfLast("open", path);
    }

    /// <summary>Lets one reader through. What is not read when this object is disposed of is lost.</summary>
    /// <exception cref="PosixException">It can't be written.</exception>
    public void Open() => Descriptors.WriteAll((int)_end.DangerousGetHandle(), "1"u8, _path);

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();
}

using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Posix;

/// <summary>
/// Writes all of a file system to its disk (syncfs(2)). Opened before files are written, it also tells what the kernel
/// failed to write meanwhile, which it tells each open file once.
/// </summary>
public sealed class FileSystemSync : IDisposable
{
    private readonly SafeFileHandle _descriptor;
    private readonly string _path;

    private FileSystemSync(SafeFileHandle descriptor, string path) => (_descriptor, _path) = (descriptor, path);

    /// <summary>For the file system of a path.</summary>
    /// <exception cref="PosixException">It can't be opened.</exception>
    public static FileSystemSync Open(string path)
    {
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        return descriptor >= 0
            ? new(new SafeFileHandle(descriptor, ownsHandle: true), path)
            : throw PosixException.OfLast("open", path);
    }

    /// <summary>Returns when everything is on disk.</summary>
    /// <exception cref="PosixException">Something could not be written.</exception>
    public void Run()
    {
        if (Libc.syncfs((int)_descriptor.DangerousGetHandle()) < 0)
        {
            throw PosixException.OfLast("syncfs", _path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();
}

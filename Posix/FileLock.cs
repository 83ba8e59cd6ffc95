using System.Diagnostics;
using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// A file held by flock(2) from now to <see cref="Dispose"/>, or to the end of the last process that inherited its
/// descriptor. The file is never removed, and its mere existence means nothing.
/// </summary>
/// <remarks>Opened by open(2): .NET's file API takes flocks of its own on every open.</remarks>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private FileLock(int descriptor) => Descriptor = new SafeFileHandle(descriptor, ownsHandle: true);

    /// <summary>The descriptor, close-on-exec; a child inherits the lock where it is listed for it.</summary>
    public SafeHandle Descriptor { get; }

    /// <summary>Takes the lock; null where another holds it.</summary>
    /// <param name="path">The file, made where it is missing; a symbolic link is refused.</param>
    /// <param name="mode">Permission bits of a new file.</param>
    /// <param name="retryFor">How long to try again: a probe holds a shared lock for an instant.</param>
    /// <exception cref="PosixException">The file can't be opened.</exception>
    public static FileLock? TryAcquire(string path, int mode, TimeSpan retryFor)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var descriptor = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, (uint)mode);
            if (descriptor < 0)
            {
                throw PosixException.OfLast("open", path);
            }

            if (Libc.flock(descriptor, Libc.LOCK_EX | Libc.LOCK_NB) == 0 && IsStill(path, descriptor))
            {
                return new FileLock(descriptor);
            }

            _ = Libc.close(descriptor);
            if (Stopwatch.GetElapsedTime(began) >= retryFor)
            {
                return null;
            }

            Thread.Sleep(Pause);
        }
    }

    /// <summary>Whether somebody holds the lock. Takes a shared one for an instant; never makes the file.</summary>
    /// <exception cref="PosixException">The file can't be opened, as for lack of permission.</exception>
    public static bool IsHeld(string path)
    {
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0);
        if (descriptor < 0)
        {
            return PosixException.Last is Errno.ENOENT or Errno.ENOTDIR ? false : throw PosixException.OfLast("open", path);
        }

        var held = Libc.flock(descriptor, Libc.LOCK_SH | Libc.LOCK_NB) != 0;
        _ = Libc.close(descriptor);
        return held;
    }

    /// <summary>The process that took the lock, as the kernel tells (proc_locks(5)); null where nobody holds it.</summary>
    public static int? OwnerOf(string path)
    {
        if (Syscall.stat(path, out var file) < 0)
        {
            return null;
        }

        // "1: FLOCK  ADVISORY  WRITE 4711 fe:01:123456 0 EOF"
        foreach (var line in File.ReadLines("/proc/locks"))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "FLOCK", _, "WRITE", var pid, var inode, ..]
                && inode.EndsWith($":{file.st_ino}", StringComparison.Ordinal)
                && int.TryParse(pid, out var owner) && owner > 0)
            {
                return owner;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    // Somebody may have removed or replaced the file between our open and our lock.
    private static bool IsStill(string path, int descriptor) =>
        Syscall.fstat(descriptor, out var ours) == 0
        && Syscall.stat(path, out var theirs) == 0
        && ours.st_ino == theirs.st_ino
        && ours.st_dev == theirs.st_dev;
}

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
        var flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW;
        Mutant.Change("lock-leaked", ref flags, flags & ~Libc.O_CLOEXEC);
        while (true)
        {
            var descriptor = Libc.open(path, flags, (uint)mode);
            if (descriptor < 0)
            {
                throw PosixException.OfLast("open", path);
            }

            if (TryLock(descriptor, Libc.LOCK_EX, path) && IsStill(path, descriptor))
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

        var isFree = TryLock(descriptor, Libc.LOCK_SH, path);
        _ = Libc.close(descriptor);
        return !isFree;
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
                && int.TryParse(pid, out var owner) && owner > 0
                && MayHaveOpen(owner, file))
            {
                return owner;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    // False: somebody else has it.
    private static bool TryLock(int descriptor, int operation, string path)
    {
        while (Libc.flock(descriptor, operation | Libc.LOCK_NB) != 0)
        {
            switch (PosixException.Last)
            {
                case Errno.EINTR:
                    continue;
                case Errno.EWOULDBLOCK:
                    return false;
                default:
                    var failure = PosixException.OfLast("flock", path);
                    _ = Libc.close(descriptor);
                    throw failure;
            }
        }

        return true;
    }

    // Inodes are numbered by file system, and /proc/locks names devices in its own way (btrfs, overlayfs). So the owner's
    // descriptors are asked; where they may not be seen, the process can't be signalled either, and is only named.
    private static bool MayHaveOpen(int pid, Stat file)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd")
                .Any(entry => Syscall.stat(entry, out var open) == 0 && open.st_ino == file.st_ino && open.st_dev == file.st_dev);
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            // It ended.
            return false;
        }
    }

    // Somebody may have removed or replaced the file between our open and our lock.
    private static bool IsStill(string path, int descriptor) =>
        Syscall.fstat(descriptor, out var ours) == 0
        && Syscall.stat(path, out var theirs) == 0
        && ours.st_ino == theirs.st_ino
        && ours.st_dev == theirs.st_dev;
}

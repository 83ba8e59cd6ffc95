using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>What .NET's file API lacks.</summary>
public static class FileSystem
{
    /// <summary>Renames a directory that is not empty; false where there is something of that name already. Two callers never both succeed.</summary>
    /// <remarks>
    /// Where the file system can't be asked to refuse (NFS, Ceph), rename(2) refuses by itself to replace anything but an
    /// empty directory, which none of the callers leaves.
    /// </remarks>
    /// <exception cref="PosixException">It can't be renamed.</exception>
    public static bool TryRenameDirectoryNoReplace(string from, string to)
    {
        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) == 0)
        {
            return true;
        }

        return PosixException.Last switch
        {
            Errno.EEXIST or Errno.ENOTEMPTY => false,
            Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP => TryRenameDirectory(from, to),
            var errno => throw new PosixException("rename", errno, to),
        };
    }

    /// <summary>Renames, replacing a file of that name at once.</summary>
    /// <exception cref="PosixException">It can't be renamed.</exception>
    public static void Rename(string from, string to)
    {
        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, 0) < 0)
        {
            throw PosixException.OfLast("rename", to);
        }
    }

    /// <summary>Why files in a directory could be replaced by other users; null where they couldn't.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="anyOwner">Whether it may belong to anybody: for root, who looks at what is another user's.</param>
    public static string? WhyUnsafe(string directory, bool anyOwner = false)
    {
        if (Syscall.lstat(directory, out var stat) < 0)
        {
            return $"{directory} can't be looked at: {Stdlib.strerror(Stdlib.GetLastError())}";
        }

        if ((stat.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFDIR)
        {
            return $"{directory} is not a directory";
        }

        if ((stat.st_mode & (FilePermissions.S_IWGRP | FilePermissions.S_IWOTH)) != 0)
        {
            return $"others can write to {directory}; chmod go-w {directory}";
        }

        return anyOwner || stat.st_uid == 0 || stat.st_uid == Syscall.geteuid()
            ? null
            : $"{directory} belongs to user {stat.st_uid}; run this as that user, or give it to root or to the daemon's user";
    }

    /// <summary>Removes a directory with all that is in it, whatever its owner did to keep it.</summary>
    /// <exception cref="PosixException">Something in it can't be removed; the rest is.</exception>
    public static void DeleteTree(string path) => TreeDeletion.Delete(path);

    /// <summary>Gives the owner of a file or directory his permissions back, where he took them away; a link is left alone.</summary>
    /// <remarks>By a descriptor: a link that takes its place meanwhile changes nothing. A failure shows when it is used.</remarks>
    public static void Unlock(string path)
    {
        var descriptor = Syscall.open(path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC);
        if (descriptor < 0)
        {
            return;
        }

        if (Syscall.fstat(descriptor, out var stat) == 0 && LacksOwnersRights(stat.st_mode, out var wanted))
        {
            _ = Syscall.chmod($"/proc/self/fd/{descriptor}", wanted);
        }

        _ = Syscall.close(descriptor);
    }

    /// <summary>Whether a path is a regular file: no link, FIFO, socket or device.</summary>
    public static bool IsRegularFile(string path) =>
        Syscall.lstat(path, out var stat) == 0 && (stat.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFREG;

    /// <summary>The path without symbolic links, as far as it exists (path_resolution(7)).</summary>
    /// <exception cref="IOException">It can't be looked at, or has more links than the kernel follows.</exception>
    public static string Resolve(string path) => Resolve(path, 0);

    private static string Resolve(string path, int links)
    {
        // As the kernel does: ELOOP.
        const int most = 40;
        if (links > most)
        {
            throw new IOException($"too many symbolic links in {path}");
        }

        var resolved = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            resolved = new DirectoryInfo(next).LinkTarget is { } target ? Resolve(Path.Combine(resolved, target), links + 1) : next;
        }

        return resolved;
    }

    private static bool TryRenameDirectory(string from, string to)
    {
        // What comes between this and the renaming is seen by that, unless it is an empty directory.
        if (Syscall.lstat(to, out _) == 0)
        {
            return false;
        }

        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, 0) == 0)
        {
            return true;
        }

        var errno = PosixException.Last;
        return errno is Errno.EEXIST or Errno.ENOTEMPTY || (errno == Errno.ENOTDIR && Syscall.lstat(to, out _) == 0)
            ? false
            : throw new PosixException("rename", errno, to);
    }

    private static bool LacksOwnersRights(FilePermissions mode, out FilePermissions wanted)
    {
        var kind = mode & FilePermissions.S_IFMT;
        var owner = kind == FilePermissions.S_IFDIR ? FilePermissions.S_IRWXU : FilePermissions.S_IRUSR | FilePermissions.S_IWUSR;
        wanted = (mode & ~FilePermissions.S_IFMT) | owner;
        return kind is FilePermissions.S_IFDIR or FilePermissions.S_IFREG && (mode & owner) != owner;
    }
}

using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>A user of this machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its user id.</param>
/// <param name="Gid">Its primary group.</param>
public sealed record UserAccount(string Name, uint Uid, uint Gid)
{
    /// <summary>Whether this process may act for other users.</summary>
    public static bool MayChange => Syscall.geteuid() == 0;

    /// <summary>The user of a name; null where there is none.</summary>
    public static UserAccount? Find(string name)
    {
        var entry = new Passwd();
        return Syscall.getpwnam_r(name, entry, out var found) == 0 && found is not null
            ? new UserAccount(name, entry.pw_uid, entry.pw_gid)
            : null;
    }

    /// <summary>Gives it a file or directory; a link itself, not its target.</summary>
    /// <exception cref="PosixException">It can't be given.</exception>
    public void Own(string path)
    {
        if (Syscall.lchown(path, Uid, Gid) < 0)
        {
            throw new PosixException("lchown", Stdlib.GetLastError(), path);
        }
    }

    /// <summary>The first directory on the way to <paramref name="path"/> that the user can't enter; null: the way is open.</summary>
    public string? WhatBars(string path)
    {
        for (var directory = path; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (Syscall.stat(directory, out var stat) < 0 || !MayEnter(stat))
            {
                return directory;
            }
        }

        return null;
    }

    /// <summary>
    /// Makes the calling thread open, make and remove files with this user's rights, until disposed. Nothing may be awaited
    /// meanwhile.
    /// </summary>
    /// <remarks>setfsuid(2) is of a thread alone, and takes the capabilities that pass over permissions with it.</remarks>
    public FileRights TakeFileRights() => new(Uid, Gid);

    private bool MayEnter(Stat stat) => (stat.st_mode & (stat.st_uid == Uid ? FilePermissions.S_IXUSR
        : stat.st_gid == Gid ? FilePermissions.S_IXGRP : FilePermissions.S_IXOTH)) != 0;
}

using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Which file a path leads to just now, and what it occupies.</summary>
/// <param name="Device">The device it is on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Bytes">What it occupies: less than its length where it has holes.</param>
/// <param name="HasName">Whether any directory names it still.</param>
public readonly record struct FileUse(ulong Device, ulong Inode, long Bytes, bool HasName)
{
    private const long BlockSize = 512;

    /// <summary>Looks; false where there is nothing, or it may not be looked at.</summary>
    public static bool TryRead(string path, out FileUse use)
    {
        var isThere = Syscall.stat(path, out var stat) == 0;
        use = isThere ? new(stat.st_dev, stat.st_ino, stat.st_blocks * BlockSize, stat.st_nlink > 0) : default;
        return isThere;
    }
}

using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Tells whether a file is still the same: it differs once the file was replaced or written.</summary>
/// <param name="Device">Its device.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Changed">When it was changed, in seconds since 1970.</param>
/// <param name="ChangedNanoseconds">The part of a second.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Length, long Changed, long ChangedNanoseconds)
{
    /// <summary>Of a file; null where it can't be looked at.</summary>
    public static FileStamp? TryOf(string path) =>
        Syscall.stat(path, out var stat) == 0 ? new(stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime, stat.st_ctime_nsec) : null;
}

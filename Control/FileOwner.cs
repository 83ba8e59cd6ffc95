using Mono.Unix.Native;

namespace Autoreduction.Control;

/// <summary>Whose a file or directory is.</summary>
internal static class FileOwner
{
    /// <summary>The name of its owner; null where that is this user, or there is no such file.</summary>
    public static string? OtherOf(string path) => Syscall.stat(path, out var stat) == 0 && stat.st_uid != Syscall.geteuid()
        ? Syscall.getpwuid(stat.st_uid)?.pw_name ?? $"#{stat.st_uid}"
        : null;
}

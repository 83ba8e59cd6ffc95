using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Replaces this process by another program (execve(2)): same pid, same parent, same terminal.</summary>
public static class ProgramImage
{
    /// <summary>Doesn't return when it succeeds.</summary>
    /// <exception cref="PosixException">It failed.</exception>
    public static void Replace(string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        _ = Syscall.execve(path, [path, .. arguments], [.. environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        throw new PosixException("execve", Stdlib.GetLastError(), path);
    }
}

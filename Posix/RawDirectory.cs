using Mono.Unix;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// A directory with the names that it really has. .NET takes names for UTF-8 and can't find a file again whose name is
/// none; Mono.Posix has an escape for such bytes, U+0000, which no name holds, and its calls understand it.
/// </summary>
internal static class RawDirectory
{
    /// <summary>The names in it, for calls of Mono.Posix.</summary>
    /// <exception cref="PosixException">It can't be listed.</exception>
    public static IReadOnlyList<string> NamesIn(string path)
    {
        var directory = Syscall.opendir(path);
        if (directory == 0)
        {
            throw new PosixException("opendir", Stdlib.GetLastError(), path);
        }

        var names = new List<string>();
        while (Syscall.readdir(directory) is { } entry)
        {
            if (entry.d_name is not ("." or ".."))
            {
                names.Add(entry.d_name);
            }
        }

        _ = Syscall.closedir(directory);
        return names;
    }

    /// <summary>Whether a name is no UTF-8.</summary>
    public static bool IsEscaped(string name) => name.Contains(UnixEncoding.EscapeByte);

    /// <summary>The bytes of a name.</summary>
    public static byte[] BytesOf(string name) => UnixEncoding.Instance.GetBytes(name);
}

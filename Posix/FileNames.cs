using System.Text;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Makes names that are no UTF-8 such that everybody can read them: taken for latin-1, as old programs write them.</summary>
public static class FileNames
{
    // NAME_MAX of all file systems, less what makes it unique.
    private const int MaxBytes = 250;

    /// <summary>Whether one of these names, as .NET has listed them, may be none that it can find again.</summary>
    public static bool MayBeBroken(string name) => name.Contains('\uFFFD');

    /// <summary>Renames what is directly in a directory and has such a name; the new names.</summary>
    /// <exception cref="PosixException">It can't be listed, or one can't be renamed.</exception>
    public static IReadOnlyList<string> Repair(string directory)
    {
        var repaired = new List<string>();
        foreach (var name in RawDirectory.NamesIn(directory).Where(RawDirectory.IsEscaped))
        {
            var readable = Free(directory, Cut(Encoding.Latin1.GetString(RawDirectory.BytesOf(name))));
            if (Syscall.rename($"{directory}/{name}", $"{directory}/{readable}") < 0)
            {
                throw new PosixException("rename", Stdlib.GetLastError(), $"{directory}/{readable}");
            }

            repaired.Add(readable);
        }

        return repaired;
    }

    private static string Cut(string name)
    {
        while (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            name = name[..^1];
        }

        return name;
    }

    private static string Free(string directory, string name)
    {
        var free = name;
        for (var number = 2; Syscall.lstat($"{directory}/{free}", out _) == 0; number++)
        {
            free = $"{name}.{number}";
        }

        return free;
    }
}

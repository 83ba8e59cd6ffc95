namespace Autoreduction.Daemon;

/// <summary>Sets log files that grew aside: FILE becomes FILE.1, FILE.1 becomes FILE.2, and the oldest go.</summary>
internal static class LogRotation
{
    /// <summary>Sets <paramref name="path"/> aside where it is larger than <paramref name="maxSize"/> (0: never); whether it was.</summary>
    /// <exception cref="IOException">It can't be.</exception>
    public static bool Rotate(string path, long maxSize, int keep)
    {
        if (maxSize == 0 || new FileInfo(path) is not { Exists: true } file || file.Length <= maxSize)
        {
            return false;
        }

        // Of an earlier, larger setting too.
        for (var number = Math.Max(1, keep); File.Exists(Aside(path, number)); number++)
        {
            File.Delete(Aside(path, number));
        }

        for (var number = keep - 1; number >= 1; number--)
        {
            if (File.Exists(Aside(path, number)))
            {
                File.Move(Aside(path, number), Aside(path, number + 1));
            }
        }

        if (keep > 0)
        {
            File.Move(path, Aside(path, 1));
        }
        else
        {
            File.Delete(path);
        }

        return true;
    }

    /// <summary>Removes what was set aside and not written to for longer than <paramref name="retention"/> (zero: nothing).</summary>
    /// <exception cref="IOException">It can't be.</exception>
    public static void Forget(string path, TimeSpan retention, DateTime utcNow)
    {
        for (var number = 1; retention > TimeSpan.Zero && File.Exists(Aside(path, number)); number++)
        {
            if (utcNow - File.GetLastWriteTimeUtc(Aside(path, number)) > retention)
            {
                File.Delete(Aside(path, number));
            }
        }
    }

    private static string Aside(string path, int number) => $"{path}.{number}";
}

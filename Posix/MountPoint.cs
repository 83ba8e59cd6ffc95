namespace Autoreduction.Posix;

/// <summary>Tells where file systems are mounted (proc_pid_mountinfo(5)).</summary>
public static class MountPoint
{
    private const int PathField = 4;

    /// <summary>The mount point that <paramref name="path"/> lies in or is, whether it exists or not.</summary>
    /// <exception cref="IOException">The mounts can't be read.</exception>
    public static string Of(string path) => Of(path, File.ReadAllLines("/proc/self/mountinfo"));

    internal static string Of(string path, IReadOnlyList<string> mounts) => mounts
        .Select(line => Unescape(line.Split(' ')[PathField]))
        .Where(point => Contains(point, path))
        .MaxBy(point => point.Length) ?? "/";

    private static bool Contains(string point, string path) =>
        point == "/" || path == point || (path.Length > point.Length && path.StartsWith(point, StringComparison.Ordinal) && path[point.Length] == '/');

    // Space, tab, newline and backslash are written as \040 and so on.
    private static string Unescape(string field)
    {
        for (var at = field.IndexOf('\\'); at >= 0 && at + 3 < field.Length; at = field.IndexOf('\\', at + 1))
        {
            field = field[..at] + (char)Convert.ToInt32(field.Substring(at + 1, 3), 8) + field[(at + 4)..];
        }

        return field;
    }
}

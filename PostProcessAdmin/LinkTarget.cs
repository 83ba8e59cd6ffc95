namespace Autoreduction.PostProcessAdmin;

/// <summary>Decides which symbolic links among results may be kept.</summary>
internal static class LinkTarget
{
    /// <summary>The target relative to the link, where it lies inside of <paramref name="root"/>; else null.</summary>
    /// <remarks>
    /// By its text alone. "..", unless in front, is refused: behind a name that is a link itself it would lead elsewhere.
    /// So the target's directories are real ones or links that passed this too, and none of them leads outside.
    /// </remarks>
    public static string? Inside(string root, string link, string target)
    {
        var parts = target.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipWhile(part => part is ".." or ".");
        if (target.Length == 0 || parts.Contains(".."))
        {
            return null;
        }

        var directory = Path.GetDirectoryName(link)!;
        var absolute = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, directory));
        return absolute.StartsWith(root + "/", StringComparison.Ordinal) ? Path.GetRelativePath(directory, absolute) : null;
    }
}

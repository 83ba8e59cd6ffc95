using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Moves results file by file into a directory that other runs use too: each file appears at once.</summary>
internal static class FlatMove
{
    /// <summary>Moves all of the tree from where it was staged; logs last, so that a failure before them can be repeated. The names that they got.</summary>
    /// <exception cref="IOException">It failed; some may have been moved.</exception>
    public static IReadOnlyList<string> All(ResultTree tree, string staged, string target)
    {
        foreach (var directory in tree.Directories)
        {
            MakeDirectory(target, directory);
        }

        var names = new List<string>();
        foreach (var name in tree.Names.OrderBy(IsLog))
        {
            names.Add(IsLog(name) ? FreeName(target, name) : name);
            FileSystem.Rename(Path.Combine(staged, name), Path.Combine(target, names[^1]));
        }

        return names;
    }

    /// <summary>Makes durable what <see cref="All"/> moved.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void Sync(ResultTree tree, string target)
    {
        foreach (var directory in tree.Directories.Prepend(""))
        {
            DurableFile.SyncDirectory(Path.Combine(target, directory));
        }
    }

    // A link among the directories would lead out of the results.
    private static void MakeDirectory(string target, string name)
    {
        var directory = new DirectoryInfo(Path.Combine(target, name));
        if (directory.LinkTarget is { } link)
        {
            throw new IOException($"{directory.FullName} is a link to {link}; results are not written through it");
        }

        directory.Create();
    }

    private static bool IsLog(string name) => name.StartsWith(ResultPackage.LogFolder + "/", StringComparison.Ordinal);

    // A later attempt never replaces an earlier one's log.
    private static string FreeName(string target, string name)
    {
        var free = name;
        for (var number = 2; Path.Exists(Path.Combine(target, free)); number++)
        {
            free = $"{name}.{number}";
        }

        return free;
    }
}

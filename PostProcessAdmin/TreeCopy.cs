using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Copies what is to be published, several files at a time, and sees that all of it arrived on the disk.</summary>
internal static class TreeCopy
{
    // While one waits for storage, the other copies; more only get into each other's way.
    private const int AtOnce = 2;

    /// <summary>Makes <paramref name="target"/> with all that is in the tree; it is on disk then.</summary>
    /// <param name="tree">What to copy.</param>
    /// <param name="target">A directory that is not there yet.</param>
    /// <param name="writer">With whose rights the copies are made.</param>
    /// <param name="cancellationToken">Looked at between two files.</param>
    /// <exception cref="IOException">It failed, or a file has another size afterwards.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two files.</exception>
    public static void Copy(ResultTree tree, string target, ScriptUser writer, CancellationToken cancellationToken)
    {
        writer.Act(() => MakeDirectoriesAndLinks(tree, target));
        using var sync = writer.Act(() => FileSystemSync.Open(target));
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(tree.Files.Keys, options, name => CopyFile(tree, name, Path.Combine(target, name), writer));
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions.FirstOrDefault(inner => inner is not IOException) ?? e.InnerExceptions[0];
        }

        sync.Run();
        foreach (var (name, source) in tree.Files)
        {
            if (new FileInfo(Path.Combine(target, name)) is not { Exists: true } copy || copy.Length != source.Length)
            {
                throw new IOException($"{Path.Combine(target, name)} has not the size of its source, {source.Length} bytes");
            }
        }
    }

    private static void MakeDirectoriesAndLinks(ResultTree tree, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var name in tree.Directories)
        {
            Directory.CreateDirectory(Path.Combine(target, name));
        }

        foreach (var (name, link) in tree.Links)
        {
            File.CreateSymbolicLink(Path.Combine(target, name), link);
        }
    }

    private static void CopyFile(ResultTree tree, string name, string target, ScriptUser writer)
    {
        using var source = tree.Open(name);
        writer.Act(() => FileCopy.Copy(source, target));
    }
}

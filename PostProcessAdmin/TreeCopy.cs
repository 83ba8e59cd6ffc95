namespace Autoreduction.PostProcessAdmin;

/// <summary>Copies what is to be published, and checks that all of it arrived.</summary>
internal static class TreeCopy
{
    /// <summary>Makes <paramref name="target"/> with all that is in the tree.</summary>
    /// <exception cref="IOException">It failed, or a file has another size afterwards.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two files.</exception>
    public static void Copy(ResultTree tree, string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        foreach (var name in tree.Directories)
        {
            Directory.CreateDirectory(Path.Combine(target, name));
        }

        foreach (var (name, source) in tree.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            File.Copy(source.FullName, Path.Combine(target, name));
        }

        foreach (var (name, link) in tree.Links)
        {
            File.CreateSymbolicLink(Path.Combine(target, name), link);
        }

        foreach (var (name, source) in tree.Files)
        {
            if (new FileInfo(Path.Combine(target, name)) is not { Exists: true } copy || copy.Length != source.Length)
            {
                throw new IOException($"{Path.Combine(target, name)} has not the size of its source, {source.Length} bytes");
            }
        }
    }
}

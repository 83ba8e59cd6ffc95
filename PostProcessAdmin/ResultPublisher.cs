using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// Brings results to long-term storage so that nobody sees half of them: copied to a hidden sibling of the target,
/// verified, synced, and renamed into place.
/// </summary>
internal sealed class ResultPublisher(LongTermStorage storage, string jobId)
{
    private readonly ResultPaths _paths = storage.Paths;
    private StoredResults? _placed;

    /// <summary>The directory that they go into.</summary>
    public string Root => _paths.Root;

    /// <summary>Told while storage is away; null: nobody is.</summary>
    public Trouble? Trouble { get; init; }

    /// <summary>Publishes, trying again while storage is away.</summary>
    /// <param name="tree">What to publish.</param>
    /// <param name="replace">Whether version 0 is replaced, rather than a version added.</param>
    /// <param name="retryFor">How long it is tried again.</param>
    /// <param name="cancellationToken">Has no effect once anything can be seen.</param>
    /// <exception cref="IOException">Storage stayed away for too long. Nothing was lost.</exception>
    public async Task<StoredResults> PublishAsync(ResultTree tree, bool replace, TimeSpan retryFor, CancellationToken cancellationToken)
    {
        var stored = await StorageRetry.RunAsync(() => Publish(tree, replace, cancellationToken), retryFor, Refused, cancellationToken);
        Trouble?.Over();
        return stored;
    }

    /// <summary>Copies results to a further place that the script named, file by file. A failure is logged, no more.</summary>
    public void CopyTo(string destination, ResultTree tree, ScriptUser scriptUser)
    {
        try
        {
            if (_placed is { } placed && FileSystem.Resolve(destination) == FileSystem.Resolve(placed.Directory))
            {
                Log.DestinationIgnored(destination, "the results are there already");
                return;
            }

            scriptUser.Act(() => Directory.CreateDirectory(destination));
            var hidden = Stage(tree, destination, scriptUser, CancellationToken.None);
            scriptUser.Act(() =>
            {
                MoveFlat(tree, hidden, destination);
                FlatMove.Sync(tree, destination);
            });
            Log.Published(destination, tree.Files.Count, tree.Bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Log.DestinationFailed(destination, e.Message);
        }
    }

    private void Refused(string why, TimeSpan left)
    {
        Log.PublishFailed(why, left.TotalSeconds);
        Trouble?.Tell($"results can't be stored in {Root}, tried again: {why}");
    }

    private StoredResults Publish(ResultTree tree, bool replace, CancellationToken cancellationToken)
    {
        storage.ThrowIfAway();

        // What can be seen is not stored once more because the disk doesn't have its name yet.
        _placed ??= Place(tree, replace, cancellationToken);
        if (_paths.IsFlat)
        {
            FlatMove.Sync(tree, Root);
        }
        else
        {
            DurableFile.SyncDirectory(Root);
        }

        Log.Published(_placed.Directory, tree.Files.Count, tree.Bytes);
        return _placed;
    }

    private StoredResults Place(ResultTree tree, bool replace, CancellationToken cancellationToken)
    {
        Log.Publishing(Root);
        Directory.CreateDirectory(Root);
        var hidden = Stage(tree, Root, ScriptUser.Ours, cancellationToken);
        storage.ThrowIfAway();
        return _paths.IsFlat
            ? new(Root + "/", MoveFlat(tree, hidden, Root))
            : new(PlaceVersion(hidden, replace) + "/", tree.Names);
    }

    private string PlaceVersion(string hidden, bool replace)
    {
        try
        {
            return replace ? Replace(hidden) : Add(hidden);
        }
        catch
        {
            TryDelete(hidden);
            throw;
        }
    }

    private static IReadOnlyList<string> MoveFlat(ResultTree tree, string hidden, string target)
    {
        try
        {
            return FlatMove.All(tree, hidden, target);
        }
        finally
        {
            TryDelete(hidden);
        }
    }

    // Complete and on disk, under a name that no listing shows.
    private string Stage(ResultTree tree, string root, ScriptUser writer, CancellationToken cancellationToken)
    {
        var hidden = Path.Combine(root, $".{jobId}.partial");
        writer.Act(() => TryDelete(hidden));
        try
        {
            TreeCopy.Copy(tree, hidden, writer, cancellationToken);
            return hidden;
        }
        catch
        {
            writer.Act(() => TryDelete(hidden));
            throw;
        }
    }

    private string Add(string hidden)
    {
        while (true)
        {
            var target = _paths.Version(ResultPaths.NextVersion(Directory.EnumerateFileSystemEntries(Root).Select(entry => Path.GetFileName(entry))));
            if (FileSystem.TryRenameDirectoryNoReplace(hidden, target))
            {
                return target;
            }
        }
    }

    // There are two renames, since one that exchanges isn't possible everywhere. If it is interrupted between them, the
    // next attempt finds the former version.
    private string Replace(string hidden)
    {
        var target = _paths.Version(0);
        var former = Path.Combine(Root, $".{jobId}.former");
        if (!Directory.Exists(target) && Directory.Exists(former))
        {
            FileSystem.Rename(former, target);
        }

        TryDelete(former);
        if (FileSystem.TryRenameDirectoryNoReplace(hidden, target))
        {
            return target;
        }

        FileSystem.Rename(target, former);
        try
        {
            FileSystem.Rename(hidden, target);
        }
        catch
        {
            FileSystem.Rename(former, target);
            throw;
        }

        TryDelete(former);
        return target;
    }

    // What stays behind is hidden; the results are in their place, or their failure is being told.
    private static void TryDelete(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(directory, e.Message);
        }
    }
}

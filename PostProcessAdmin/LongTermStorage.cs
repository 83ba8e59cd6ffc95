using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The place of a run's results, and whether it can be used just now.</summary>
/// <remarks>
/// A mount point whose file system went away is an empty directory that anybody can write into: results would be stored,
/// and gone from sight when it is back. So what was mounted when the run began has to be mounted when they are stored.
/// </remarks>
internal sealed class LongTermStorage
{
    private const double MiB = 1 << 20;
    private readonly ReductionSettings _settings;
    private readonly string _mountPoint;

    // A directory that was there when storage was, and which one it was.
    private (string Path, FileStamp Stamp)? _seen;

    public LongTermStorage(ResultPaths paths, ReductionSettings settings)
    {
        (Paths, _settings) = (paths, settings);

        // Looking mounts what mounts by itself.
        _ = Existing(paths.Root);
        _mountPoint = settings.StorageMountPoint.Length > 0 ? FileSystem.Resolve(settings.StorageMountPoint) : MountPoint.Of(FileSystem.Resolve(paths.Root));
    }

    /// <summary>Where results go.</summary>
    public ResultPaths Paths { get; }

    /// <summary>Checks that the file system is there.</summary>
    /// <exception cref="IOException">It isn't.</exception>
    public void ThrowIfAway()
    {
        // The same one can't be seen without the file system that it is on. The table of mounts takes longer to read.
        if (_seen is var (path, stamp) && FileStamp.TryOf(path) is { } now && (now.Device, now.Inode) == (stamp.Device, stamp.Inode))
        {
            return;
        }

        var existing = Existing(Paths.Root);
        if (MountPoint.Of(FileSystem.Resolve(Paths.Root)).Length < _mountPoint.Length)
        {
            throw new IOException($"nothing is mounted at {_mountPoint} ({existing} is not long-term storage)");
        }

        _seen = FileStamp.TryOf(existing) is { } found ? (existing, found) : null;
    }

    /// <summary>Waits until storage is there and has room for a run, as long as results would wait for it.</summary>
    /// <param name="temporaryDirectory">It needs room too.</param>
    /// <param name="trouble">Told meanwhile.</param>
    /// <param name="interrupted">Ends it.</param>
    /// <exception cref="CannotStartException">It is full, or away, for too long: the run is tried again later.</exception>
    public async Task WaitUntilReadyAsync(string temporaryDirectory, Trouble trouble, CancellationToken interrupted)
    {
        var waited = false;
        try
        {
            await StorageRetry.RunAsync(() => ThrowIfNotReady(temporaryDirectory), _settings.PublishRetry, Refused, interrupted);
        }
        catch (IOException e)
        {
            throw new CannotStartException(e.Message, e);
        }

        if (waited)
        {
            trouble.Over();
        }

        void Refused(string why, TimeSpan left)
        {
            waited = true;
            Log.WaitingForStorage(why, left.TotalSeconds);
            trouble.Tell($"waits for storage: {why}");
        }
    }

    private bool ThrowIfNotReady(string temporaryDirectory)
    {
        ThrowIfAway();
        foreach (var directory in (string[])[temporaryDirectory, Existing(Paths.Root)])
        {
            var free = new DriveInfo(directory).AvailableFreeSpace;
            if (free < _settings.MinFreeSpace)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"only {free / MiB:0.#} MiB are free in {directory}, less than min_free_space, {_settings.MinFreeSpace / MiB:0.#} MiB; make room there"));
            }
        }

        return true;
    }

    private static string Existing(string path) => Directory.Exists(path) ? path : Existing(Path.GetDirectoryName(path) ?? "/");
}

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
        var existing = Existing(Paths.Root);
        if (MountPoint.Of(FileSystem.Resolve(Paths.Root)).Length < _mountPoint.Length)
        {
            throw new IOException($"nothing is mounted at {_mountPoint} ({existing} is not long-term storage)");
        }
    }

    /// <summary>Checks that there is room for a run, and that storage is there.</summary>
    /// <exception cref="CannotStartException">It is full, or away: the run is tried again later.</exception>
    public void ThrowIfNotReady(string temporaryDirectory)
    {
        try
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
        }
        catch (IOException e)
        {
            throw new CannotStartException(e.Message, e);
        }
    }

    private static string Existing(string path) => Directory.Exists(path) ? path : Existing(Path.GetDirectoryName(path) ?? "/");
}

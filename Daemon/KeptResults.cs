using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Looks for results that could be stored nowhere, and lie in their runs' private directories until a person takes them.</summary>
/// <remarks>On a thread of the pool, one look at a time: the file system that the directories are on may hang.</remarks>
internal sealed class KeptResults(TimeProvider clock)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(20);

    private Task _looking = Task.CompletedTask;
    private long? _lookedAt;
    private volatile string[] _notes = [];

    /// <summary>The note of each, which says why and what to do; as of the last look.</summary>
    public string[] Notes => _notes;

    /// <summary>Looks at the next occasion: there may be some since just now.</summary>
    public void LookSoon() => _lookedAt = null;

    /// <summary>Looks again, if it is time to.</summary>
    /// <param name="directories">Where private directories are.</param>
    public void Tend(IEnumerable<string> directories)
    {
        if (!_looking.IsCompleted || (_lookedAt is { } at && clock.GetElapsedTime(at) < Between))
        {
            return;
        }

        _lookedAt = clock.GetTimestamp();
        var wanted = directories.Distinct().ToList();
        _looking = Task.Run(() => Look(wanted));
    }

    private void Look(List<string> directories)
    {
        try
        {
            _notes = [.. directories.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
                .Select(directory => Path.Combine(directory, JobFiles.KeptNote)).Where(File.Exists).Order()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A directory may go while it is looked at; the next look tells.
            Log.Unexpected("looking for kept results", e);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Cancels of runs that were not seen yet: a small file each, durable, for a limited time.</summary>
/// <remarks>
/// Age is told by the clock that runs since the machine started, and by the calendar only over a restart of the machine:
/// setting the clock neither ends nor prolongs a note.
/// </remarks>
internal sealed class CancelNotes(string stateDirectory, TimeProvider clock)
{
    private const int MaxBytes = 1 << 16;

    private readonly string _directory = Path.Combine(stateDirectory, "cancels");
    private readonly Dictionary<string, CancelNote> _notes = [];

    private double Uptime => (double)clock.GetTimestamp() / clock.TimestampFrequency;

    /// <summary>Reads the notes of an earlier daemon.</summary>
    public void Load()
    {
        if (!Directory.Exists(_directory))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(_directory, "*.json"))
        {
            try
            {
                _notes[path] = JsonSerializer.Deserialize(DurableFile.TryRead(path, MaxBytes), ContractJson.Default.CancelNote)!;
            }
            catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
            {
                Log.BadRecord(path, e.Message);
            }
        }
    }

    /// <summary>Notes that a run is to be cancelled when it arrives; durable when this returns.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Remember(RunRequest cancel)
    {
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = PathOf(cancel);
        var note = new CancelNote
        {
            Instrument = cancel.InstrumentFolder,
            RbNumber = cancel.RbNumber,
            Run = cancel.RunLabel,
            RunVersion = cancel.RunVersion,
            Time = clock.GetUtcNow(),
            Uptime = Uptime,
            BootId = ProcessIdentity.CurrentBootId,
        };
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(note, ContractJson.Default.CancelNote), FileBits.OwnerOnly);
        _notes[path] = note;
    }

    /// <summary>Whether a run that arrives was cancelled before; a note is used up by being too old only.</summary>
    public bool Contains(RunRequest run, TimeSpan retention) =>
        _notes.TryGetValue(PathOf(run), out var note)
        && AgeOf(note) <= retention
        && (note.Instrument.Length == 0 || note.Instrument == run.InstrumentFolder);

    /// <summary>Removes the notes that are too old.</summary>
    /// <exception cref="IOException">One can't be removed.</exception>
    public void Forget(TimeSpan retention)
    {
        foreach (var path in _notes.Where(note => AgeOf(note.Value) > retention).Select(note => note.Key).ToList())
        {
            File.Delete(path);
            _notes.Remove(path);
        }
    }

    /// <summary>Whether <paramref name="cancel"/> names the run of <paramref name="job"/>.</summary>
    public static bool Matches(RunRequest cancel, JobRecord job) =>
        job.RbNumber == cancel.RbNumber
        && job.Run == cancel.RunLabel
        && job.RunVersion == cancel.RunVersion
        && (cancel.Instrument.Length == 0 || string.Equals(cancel.Instrument, job.Instrument, StringComparison.OrdinalIgnoreCase));

    private TimeSpan AgeOf(CancelNote note)
    {
        var age = note.BootId == ProcessIdentity.CurrentBootId ? TimeSpan.FromSeconds(Uptime - note.Uptime) : clock.GetUtcNow() - note.Time;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private string PathOf(RunRequest run) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{run.RbNumber}_{run.RunLabel}_{run.RunVersion}.json"));
}

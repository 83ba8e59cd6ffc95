using System.Globalization;
using System.Text;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Cancels of runs that were not seen yet: a small file each, durable, for a limited time.</summary>
internal sealed class CancelNotes(string stateDirectory, TimeSpan retention)
{
    private readonly string _directory = Path.Combine(stateDirectory, "cancels");

    /// <summary>Notes that a run is to be cancelled when it arrives.</summary>
    public void Remember(RunRequest cancel)
    {
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Write(PathOf(cancel.RbNumber, cancel.RunLabel, cancel.RunVersion), Encoding.UTF8.GetBytes(cancel.InstrumentFolder), FileBits.OwnerOnly);
    }

    /// <summary>Whether a run that arrives was cancelled before; the note is used up by being too old only.</summary>
    public bool Contains(RunRequest run)
    {
        var path = PathOf(run.RbNumber, run.RunLabel, run.RunVersion);
        if (!File.Exists(path))
        {
            return false;
        }

        if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > retention)
        {
            File.Delete(path);
            return false;
        }

        return File.ReadAllText(path) is var instrument && (instrument.Length == 0 || instrument == run.InstrumentFolder);
    }

    /// <summary>Whether <paramref name="cancel"/> names the run of <paramref name="job"/>, which isn't finished.</summary>
    public static bool Matches(RunRequest cancel, JobRecord job) =>
        job.RbNumber == cancel.RbNumber
        && job.Run == cancel.RunLabel
        && job.RunVersion == cancel.RunVersion
        && (cancel.Instrument.Length == 0 || string.Equals(cancel.Instrument, job.Instrument, StringComparison.OrdinalIgnoreCase))
        && job.State is not (JobState.Finished or JobState.Acknowledging);

    private string PathOf(long rb, string run, long? version) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{rb}_{run}_{version}"));
}

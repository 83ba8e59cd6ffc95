using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>The private directory of a run whose post-process-admin died before it could clean up.</summary>
internal static class LeftDirectory
{
    /// <summary>Removes it, unless it holds results that could not be stored. A failure is logged: the outcome must be told all the same.</summary>
    public static void Remove(Job job, Settings settings)
    {
        var directory = Path.Combine(settings.ReductionOf(job.Record.Instrument).TemporaryDirectory, job.Id);
        try
        {
            if (Directory.Exists(directory) && !File.Exists(Path.Combine(directory, JobFiles.KeptNote)))
            {
                FileSystem.DeleteTree(directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(directory, e.Message);
        }
    }
}

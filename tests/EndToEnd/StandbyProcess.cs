using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Finds the post-process-admin that waits for the next run of a daemon.</summary>
internal static class StandbyProcess
{
    /// <summary>Its pid; null where there is none.</summary>
    public static int? Of(int daemon, string stateDirectory) => ProcessSnapshot.Take().ChildrenOf(daemon)
        .Where(pid => CommandLineOf(pid).Contains($"--job-directory\0{stateDirectory}/standby\0", StringComparison.Ordinal))
        .Cast<int?>().FirstOrDefault();

    /// <summary>The pid of the Python that waits with it; null where the two are not up yet, and no run can have them.</summary>
    public static int? PythonOf(int admin) => ProcessSnapshot.Take().ChildrenOf(admin)
        .Where(python => LinkOf(admin, JobFiles.UpDescriptor) is null or not ['p', 'i', 'p', 'e', ..] && LinkOf(python, JobFiles.UpDescriptor) is null && LinkOf(python, JobFiles.UpDescriptor - 1) is not null)
        .Cast<int?>().FirstOrDefault();

    private static string? LinkOf(int pid, int descriptor) => new FileInfo($"/proc/{pid}/fd/{descriptor}").LinkTarget;

    /// <summary>The arguments of a process, parted by NUL; empty where it is gone.</summary>
    public static string CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0');
        }
        catch (IOException)
        {
            return "";
        }
    }
}

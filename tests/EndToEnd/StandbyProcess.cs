using Autoreduction.Posix;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Finds the post-process-admin that waits for the next run of a daemon.</summary>
internal static class StandbyProcess
{
    /// <summary>Its pid; null where there is none.</summary>
    public static int? Of(int daemon, string stateDirectory) => ProcessSnapshot.Take().ChildrenOf(daemon)
        .Where(pid => CommandLineOf(pid).Contains($"--job-directory\0{stateDirectory}/standby\0", StringComparison.Ordinal))
        .Cast<int?>().FirstOrDefault();

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

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

    /// <summary>Waits until a run can have it; its pid and that of its Python. Where there is none in time, the test's time limit ends it.</summary>
    public static async Task<(int Admin, int Python)> UpAsync(FacilityPlace place, CancellationToken token, int other = 0)
    {
        while (true)
        {
            if (Of(place.Pid, $"{place.Root}/state") is { } admin && admin != other && PythonOf(admin) is { } python)
            {
                return (admin, python);
            }

            await Task.Delay(20, token);
        }
    }

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

    // The pid of the Python that waits with it; null where one of the two still has the pipe that both close when they are up.
    private static int? PythonOf(int admin) => IsUp(admin)
        ? ProcessSnapshot.Take().ChildrenOf(admin).Where(IsUp).Cast<int?>().FirstOrDefault()
        : null;

    // Another descriptor may have got the number since.
    private static bool IsUp(int pid) =>
        new FileInfo($"/proc/{pid}/fd/{JobFiles.LockDescriptor}").LinkTarget is not null
        && new FileInfo($"/proc/{pid}/fd/{JobFiles.UpDescriptor}").LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) != true;
}

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

    /// <summary>Waits until it has come up; its pid and that of its Python. Where there is none in time, the test's time limit ends it.</summary>
    public static Task<(int Admin, int Python)> UpAsync(FacilityPlace place, CancellationToken token, int other = 0) =>
        FoundAsync(place, admin => admin != other && IsUp(admin), IsUp, token);

    /// <summary>The same, as soon as a run can have it: its Python may not have come up yet.</summary>
    public static Task<(int Admin, int Python)> TakableAsync(FacilityPlace place, CancellationToken token) => FoundAsync(place, IsUp, _ => true, token);

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

    private static async Task<(int Admin, int Python)> FoundAsync(FacilityPlace place, Func<int, bool> isAdmin, Func<int, bool> isPython, CancellationToken token)
    {
        while (true)
        {
            if (Of(place.Pid, $"{place.Root}/state") is { } admin && isAdmin(admin)
                && ProcessSnapshot.Take().ChildrenOf(admin).Where(isPython).Cast<int?>().FirstOrDefault() is { } python)
            {
                return (admin, python);
            }

            await Task.Delay(20, token);
        }
    }

    // It closes a pipe, or its directory, when it is. Another descriptor may have got the number since.
    private static bool IsUp(int pid) =>
        LinkOf(pid, JobFiles.LockDescriptor) is not null
        && !(LinkOf(pid, JobFiles.UpDescriptor) is { } link && (link.StartsWith("pipe:", StringComparison.Ordinal) || link.EndsWith("/private", StringComparison.Ordinal)));

    private static string? LinkOf(int pid, int descriptor) => new FileInfo($"/proc/{pid}/fd/{descriptor}").LinkTarget;
}

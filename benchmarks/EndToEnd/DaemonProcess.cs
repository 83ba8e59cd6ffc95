using System.Globalization;

namespace Autoreduction.EndToEnd;

/// <summary>What the kernel tells of the daemon.</summary>
internal static class DaemonProcess
{
    private const double MillisecondsPerTick = 10;

    /// <summary>Resident memory, in MB (proc_pid_status(5), VmRSS).</summary>
    public static double ResidentMegabytes(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line[6..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) / 1000)
        .Single();

    /// <summary>Processor time so far (proc_pid_stat(5), utime and stime).</summary>
    public static double ProcessorMilliseconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return MillisecondsPerTick * (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture));
    }

    /// <summary>Descriptors that it keeps: those of a file that is written or a request that is answered come and go.</summary>
    public static async Task<int> DescriptorsAsync(int pid)
    {
        var least = int.MaxValue;
        for (var look = 0; look < 50; look++)
        {
            least = Math.Min(least, Directory.GetFiles($"/proc/{pid}/fd").Length);
            await Task.Delay(20);
        }

        return least;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20);
        }
    }
}

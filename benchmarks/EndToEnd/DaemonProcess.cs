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

    public static int Descriptors(int pid) => Directory.GetFiles($"/proc/{pid}/fd").Length;

    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20);
        }
    }
}

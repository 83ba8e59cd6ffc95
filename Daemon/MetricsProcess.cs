using System.Globalization;

namespace Autoreduction.Daemon;

/// <summary>What Linux tells of this process, under the names that Prometheus' own clients use.</summary>
internal sealed record MetricsProcess
{
    private const double TicksPerSecond = 100;

    /// <summary>Memory that is in RAM.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Processor time of the daemon itself, without that of its jobs.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Open file descriptors.</summary>
    public required int OpenDescriptors { get; init; }

    /// <summary>How many may be open; 0: no limit.</summary>
    public required long MaxDescriptors { get; init; }

    /// <summary>When the process started, in seconds since 1970.</summary>
    public required double StartTime { get; init; }

    /// <summary>Looks now.</summary>
    public static MetricsProcess Read(DateTimeOffset since) => new()
    {
        ResidentBytes = long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize,
        CpuSeconds = Cpu(File.ReadAllText("/proc/self/stat")),
        OpenDescriptors = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
        MaxDescriptors = SoftLimit(File.ReadLines("/proc/self/limits")),
        StartTime = since.ToUnixTimeMilliseconds() / 1000.0,
    };

    /// <summary>Writes it.</summary>
    public void Write(MetricsText text)
    {
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", ResidentBytes);
        text.Single("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", CpuSeconds);
        text.Single("process_open_fds", "gauge", "Number of open file descriptors.", OpenDescriptors);
        text.Single("process_max_fds", "gauge", "Maximum number of open file descriptors.", MaxDescriptors);
        text.Single("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", StartTime);
    }

    // proc_pid_stat(5): utime and stime are fields 14 and 15; the name before them may hold anything but its last ')'.
    private static double Cpu(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static long SoftLimit(IEnumerable<string> limits)
    {
        var words = limits.First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : 0;
    }
}

using System.Globalization;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Measures the memory of processes: each shared page is counted once, by shares (PSS).</summary>
internal static class MemoryMeter
{
    /// <summary>Bytes that the processes use together.</summary>
    public static long Of(IReadOnlyList<int> pids) => pids.Sum(Of);

    // proc_pid_smaps_rollup(5): "Pss:   1234 kB". Where that can't be read, the resident memory of proc_pid_status(5).
    private static long Of(int pid) =>
        TryRead($"/proc/{pid}/smaps_rollup", "Pss:") ?? TryRead($"/proc/{pid}/status", "VmRSS:") ?? 0;

    private static long? TryRead(string path, string label)
    {
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith(label, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(label.Length).Trim().TrimEnd("kB").TrimEnd(), CultureInfo.InvariantCulture) << 10;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or doesn't let itself be looked at.
        }

        return null;
    }
}

using System.Globalization;
using System.Text;

namespace Autoreduction.Posix;

/// <summary>
/// The environment that this process was started with, as others see it in /proc/PID/environ: the kernel shows the memory
/// where exec put it, whatever is unset later.
/// </summary>
public static unsafe class OwnEnvironment
{
    // proc_pid_stat(5), counted from the state: env_start and env_end.
    private const int EnvironmentStart = 47;
    private const int EnvironmentEnd = 48;

    /// <summary>Overwrites a variable's value where it stands. Read it before.</summary>
    public static void Erase(string name)
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var start = ulong.Parse(fields[EnvironmentStart], CultureInfo.InvariantCulture);
        var end = ulong.Parse(fields[EnvironmentEnd], CultureInfo.InvariantCulture);
        if (start == 0 || end <= start)
        {
            return;
        }

        var environment = new Span<byte>((void*)start, (int)(end - start));
        var entry = Encoding.UTF8.GetBytes($"{name}=");
        while (environment.Length > 0)
        {
            var length = environment.IndexOf((byte)0) is >= 0 and var at ? at : environment.Length;
            if (environment[..length].StartsWith(entry))
            {
                environment[entry.Length..length].Clear();
            }

            environment = environment[Math.Min(length + 1, environment.Length)..];
        }
    }
}

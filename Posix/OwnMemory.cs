using System.Globalization;

namespace Autoreduction.Posix;

/// <summary>
/// Arguments and environment of this process where exec put them: what others see in /proc/PID/cmdline and environ is that
/// memory, whatever the program made of it since.
/// </summary>
internal static unsafe class OwnMemory
{
    // proc_pid_stat(5), counted from the state: arg_start, arg_end, env_start and env_end.
    private const int ArgumentsStart = 45;
    private const int EnvironmentStart = 47;

    // Exec has put them there for good.
    private static readonly string[] Fields = ReadFields();

    /// <summary>The arguments, each ended by NUL; empty where the kernel doesn't tell.</summary>
    public static Span<byte> Arguments => From(ArgumentsStart);

    /// <summary>The environment, each entry ended by NUL; empty where the kernel doesn't tell.</summary>
    public static Span<byte> Environment => From(EnvironmentStart);

    private static Span<byte> From(int field)
    {
        var start = ulong.Parse(Fields[field], CultureInfo.InvariantCulture);
        var end = ulong.Parse(Fields[field + 1], CultureInfo.InvariantCulture);
        return start == 0 || end <= start ? [] : new((void*)start, (int)(end - start));
    }

    private static string[] ReadFields()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}

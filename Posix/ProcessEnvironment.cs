using System.Text;

namespace Autoreduction.Posix;

/// <summary>The environment of other processes, as it was at their exec (/proc/PID/environ).</summary>
public static class ProcessEnvironment
{
    /// <summary>The value of a variable; null where the process hasn't got it, is gone, or is another user's.</summary>
    /// <exception cref="PosixException">It can't be told: out of descriptors.</exception>
    public static string? ValueOf(int pid, string name)
    {
        var environment = ProcFile.TryReadAll($"/proc/{pid}/environ").AsSpan();
        var wanted = Encoding.UTF8.GetBytes($"{name}=").AsSpan();
        foreach (var range in environment.Split((byte)0))
        {
            if (environment[range].StartsWith(wanted))
            {
                return Encoding.UTF8.GetString(environment[range][wanted.Length..]);
            }
        }

        return null;
    }
}

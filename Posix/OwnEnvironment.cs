using System.Text;

namespace Autoreduction.Posix;

/// <summary>The environment that this process was started with, as others see it in /proc/PID/environ.</summary>
public static class OwnEnvironment
{
    /// <summary>Overwrites a variable's value where it stands. Read it before.</summary>
    public static void Erase(string name) => Replace(name, "");

    /// <summary>Overwrites a variable's value where it stands, if there is room for the new one.</summary>
    public static void Replace(string name, string value)
    {
        var environment = OwnMemory.Environment;
        var entry = Encoding.UTF8.GetBytes($"{name}=");
        var bytes = Encoding.UTF8.GetBytes(value);
        while (environment.Length > 0)
        {
            var length = environment.IndexOf((byte)0) is >= 0 and var at ? at : environment.Length;
            if (environment[..length].StartsWith(entry) && length - entry.Length >= bytes.Length)
            {
                environment[entry.Length..length].Clear();
                bytes.CopyTo(environment[entry.Length..]);
            }

            environment = environment[Math.Min(length + 1, environment.Length)..];
        }
    }
}

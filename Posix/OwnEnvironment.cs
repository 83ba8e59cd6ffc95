using System.Text;

namespace Autoreduction.Posix;

/// <summary>The environment that this process was started with, as others see it in /proc/PID/environ.</summary>
public static class OwnEnvironment
{
    /// <summary>Overwrites a variable's value where it stands. Read it before.</summary>
    public static void Erase(string name) => Overwrite(name, $"{name}=");

    /// <summary>Overwrites a variable where it stands by another one, if there is room for that.</summary>
    public static void Replace(string name, string newName, string value) => Overwrite(name, $"{newName}={value}");

    private static void Overwrite(string name, string text)
    {
        var environment = OwnMemory.Environment;
        var (beginning, entry) = (Encoding.UTF8.GetBytes($"{name}="), Encoding.UTF8.GetBytes(text));
        while (environment.Length > 0)
        {
            var length = environment.IndexOf((byte)0) is >= 0 and var at ? at : environment.Length;
            if (environment[..length].StartsWith(beginning) && entry.Length <= length)
            {
                environment[..length].Clear();
                entry.CopyTo(environment);
            }

            environment = environment[Math.Min(length + 1, environment.Length)..];
        }
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Autoreduction.Tests.Driver;

/// <summary>Every Python 3 of this machine, once each, whatever shims and links lead to it.</summary>
internal static partial class PythonInterpreters
{
    public static IReadOnlyList<string> All { get; } = [.. Find()];

    private static IEnumerable<string> Find()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var installations = new[] { Path.Combine(home, ".pyenv/versions"), "/opt" }
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(directory => Path.Combine(directory, "bin"));

        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/usr/local/bin"])
            .Concat(installations)
            .Distinct()
            .Where(Directory.Exists)
            .SelectMany(directory => Directory.GetFiles(directory, "python3*"))
            .Where(file => InterpreterName().IsMatch(Path.GetFileName(file)))
            .Select(RealPath)
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal);
    }

    /// <summary>What the interpreter itself says that it is; null if it doesn't start, like a shim without a version.</summary>
    private static string? RealPath(string file)
    {
        var start = new ProcessStartInfo(file, ["-c", "import os, sys; print(os.path.realpath(sys.executable))"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var path = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? path : null;
    }

    [GeneratedRegex(@"^python3(\.\d+)?$")]
    private static partial Regex InterpreterName();
}

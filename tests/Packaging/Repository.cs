using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Autoreduction.Tests.Packaging;

/// <summary>The files of this repository, and the programs of the machine that look at them.</summary>
internal static class Repository
{
    public static string PathOf(string relative, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../..", relative));

    public static string[] LinesOf(string relative) => File.ReadAllLines(PathOf(relative));

    /// <summary>Runs a program in the repository's root; its exit code, and all that it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string program, CancellationToken token, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = PathOf("."),
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
            await process.WaitForExitAsync(token);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>One of the programs under test, as it was built.</summary>
    public static string Program(string name) => Path.Combine(AppContext.BaseDirectory, name);
}

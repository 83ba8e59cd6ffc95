using System.Diagnostics;
using Autoreduction.Tests.Faults;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Runs programs to their end.</summary>
internal static class Programs
{
    /// <summary>The exit code and all that was said, output before errors.</summary>
    public static async Task<(int Code, string Said)> RunAsync(
        IReadOnlyList<string> command, CancellationToken token, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        ActiveMutant.AddTo(start);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
        await process.WaitForExitAsync(token);
        return (process.ExitCode, (await output + await errors).Trim());
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>A real ActiveMQ of the test's own: a directory, a port that the system chose, gone when disposed.</summary>
internal sealed partial class PrivateActiveMq : IDisposable
{
    private readonly Process _process;

    private PrivateActiveMq(Process process) => _process = process;

    public int Port { get; private set; }

    public static async Task<PrivateActiveMq> StartAsync(
        string directory, CancellationToken token, string? configuration = null, [CallerFilePath] string here = "")
    {
        var script = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../examples/activemq/run-broker.sh"));
        var log = directory + ".log";
        var broker = new PrivateActiveMq(Process.Start("/bin/sh", ["-c", "exec /bin/sh \"$1\" \"$2\" 0 $4 >\"$3\" 2>&1", "sh", script, directory, log, configuration ?? ""]));
        try
        {
            broker.Port = await PortAsync(log, broker._process, token);
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<int> PortAsync(string log, Process process, CancellationToken token)
    {
        while (true)
        {
            var ended = process.HasExited;
            var text = File.Exists(log) ? await File.ReadAllTextAsync(log, token) : "";
            if (Up().Match(text) is { Success: true } match)
            {
                return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }

            if (ended)
            {
                throw new InvalidOperationException($"ActiveMQ ended before it was up: {text}");
            }

            await Task.Delay(50, token);
        }
    }

    [GeneratedRegex(@"Listening for connections at: stomp[^:]*:.*:(\d+) [\s\S]*Connector stomp started")]
    private static partial Regex Up();
}

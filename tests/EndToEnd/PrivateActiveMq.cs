using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>A real ActiveMQ of the test's own: a directory, a port that the system chose, gone when disposed.</summary>
internal sealed partial class PrivateActiveMq : IDisposable
{
    private readonly string _directory;
    private readonly string? _configuration;
    private Process _process;

    private PrivateActiveMq(string directory, string? configuration) =>
        (_directory, _configuration, _process) = (directory, configuration, Launch(directory, port: 0, configuration));

    public int Port { get; private set; }

    public int Pid => _process.Id;

    public static async Task<PrivateActiveMq> StartAsync(string directory, CancellationToken token, string? configuration = null)
    {
        var broker = new PrivateActiveMq(directory, configuration);
        try
        {
            broker.Port = await PortAsync(LogOf(directory), broker._process, token);
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>SIGKILL: what it didn't sync is lost.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Starts it again on the same port, with the messages that it kept; returns when it listens.</summary>
    public async Task StartAgainAsync(CancellationToken token)
    {
        _process.Dispose();
        _process = Launch(_directory, Port, _configuration);
        await PortAsync(LogOf(_directory), _process, token);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    // The shell becomes the broker: its pid is the broker's.
    private static Process Launch(string directory, int port, string? configuration, [CallerFilePath] string here = "")
    {
        var script = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../examples/activemq/run-broker.sh"));
        return Process.Start(
            "/bin/sh",
            ["-c", "exec /bin/sh \"$1\" \"$2\" \"$4\" $5 >\"$3\" 2>&1", "sh", script, directory, LogOf(directory), port.ToString(CultureInfo.InvariantCulture), configuration ?? ""]);
    }

    private static string LogOf(string directory) => directory + ".log";

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

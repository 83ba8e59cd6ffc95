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
    private readonly string[] _libraries;
    private Process _process;

    private PrivateActiveMq(string directory, string? configuration, string[] libraries)
    {
        (_directory, _configuration, _libraries) = (directory, configuration, libraries);
        _process = Launch(port: 0);
    }

    public int Port { get; private set; }

    public int Pid => _process.Id;

    /// <summary>What it logs.</summary>
    public string LogPath => _directory + ".log";

    public static async Task<PrivateActiveMq> StartAsync(string directory, CancellationToken token, string? configuration = null, params string[] libraries)
    {
        var broker = new PrivateActiveMq(directory, configuration, libraries);
        try
        {
            broker.Port = await PortAsync(broker.LogPath, broker._process, token);
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

        // What the one before logged says nothing of this one.
        File.Delete(LogPath);
        _process = Launch(Port);
        await PortAsync(LogPath, _process, token);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    // The shell becomes the broker: its pid is the broker's.
    private Process Launch(int port, [CallerFilePath] string here = "")
    {
        var script = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../examples/activemq/run-broker.sh"));
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec /bin/sh \"$1\" \"$2\" \"$4\" $5 >\"$3\" 2>&1", "sh", script, _directory, LogPath, port.ToString(CultureInfo.InvariantCulture), _configuration ?? ""]);
        start.Environment["ACTIVEMQ_CLASSPATH"] = string.Join(':', _libraries);
        return Process.Start(start)!;
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

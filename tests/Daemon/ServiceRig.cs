using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Autoreduction.Posix;

namespace Autoreduction.Tests.Daemon;

/// <summary>A service manager's side: its notify socket, and the daemon as systemd would start it. No broker listens.</summary>
internal sealed class ServiceRig : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _heard = [];
    private Process? _daemon;

    public ServiceRig(bool isAbstract)
    {
        foreach (var name in (string[])["run", "state", "log", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(Root, name));
        }

        var path = Path.Combine(Root, "notify");
        Address = isAbstract ? "@" + path : path;
        _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path : path));
        File.WriteAllText(SettingsPath, $"""
            [broker]
            uri = "tcp://127.0.0.1:{HttpRig.FreePort()}"
            [daemon]
            pid_file = "{Root}/run/a.pid"
            state_directory = "{Root}/state"
            log_directory = "{Root}/log"
            post_process_admin = "/bin/true"
            [reduction]
            temporary_directory = "{Root}/tmp"
            """);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("service-").FullName;

    public string Address { get; }

    public string SettingsPath => Path.Combine(Root, "a.toml");

    public string LogPath => Path.Combine(Root, "log/autoreduction-processor.log");

    public string ErrorPath => Path.Combine(Root, "stderr");

    /// <summary>Every line that was heard.</summary>
    public IReadOnlyList<string> Heard => _heard;

    /// <summary>Starts the daemon with standard error in a file, which JOURNAL_STREAM names.</summary>
    public void Start(params (string Name, string Value)[] environment)
    {
        File.WriteAllText(ErrorPath, "");
        if (Mono.Unix.Native.Syscall.stat(ErrorPath, out var error) != 0)
        {
            throw new IOException($"{ErrorPath} can't be looked at");
        }

        // nohup and shells start programs with signals ignored: a test that is run so must not pass that on.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec env --default-signal \"$0\" --config \"$1\" 2>>\"$2\"", Path.Combine(AppContext.BaseDirectory, "autoreduction-processor"), SettingsPath, ErrorPath]);
        start.Environment["NOTIFY_SOCKET"] = Address;
        start.Environment["JOURNAL_STREAM"] = string.Create(CultureInfo.InvariantCulture, $"{error.st_dev}:{error.st_ino}");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _daemon = Process.Start(start)!;
    }

    /// <summary>Listens until a line like this comes; the line.</summary>
    public async Task<string> HearAsync(string beginning, CancellationToken token)
    {
        var buffer = new byte[8192];
        while (true)
        {
            var length = await _socket.ReceiveAsync(buffer, token);
            var lines = Encoding.UTF8.GetString(buffer.AsSpan(0, length)).Split('\n');
            _heard.AddRange(lines);
            if (lines.FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
        }
    }

    public void Signal(int signal)
    {
        using var process = PidFd.TryOpen(_daemon!.Id);
        process!.TrySendSignal(signal);
    }

    public async Task<int> ExitCodeAsync(CancellationToken token)
    {
        await _daemon!.WaitForExitAsync(token);
        return _daemon.ExitCode;
    }

    public void Dispose()
    {
        if (_daemon is { HasExited: false })
        {
            _daemon.Kill();
            _daemon.WaitForExit();
        }

        _daemon?.Dispose();
        _socket.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

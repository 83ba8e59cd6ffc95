using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.EndToEnd;

/// <summary>A facility in one private directory, with the built programs and a real ActiveMQ; gone when disposed.</summary>
internal sealed partial class Site : IAsyncDisposable
{
    public const string EmptyScript = "def main(input_file, output_dir):\n    pass\n";
    private readonly Process _broker;
    private StompConnection _connection = null!;
    private bool _isClosed;

    private Site(string root, Process broker, int port) => (Root, _broker, Port) = (root, broker, port);

    public string Root { get; }

    public int Port { get; }

    /// <summary>The built programs.</summary>
    public static string Programs { get; } = Path.Combine(Checkout, "bin");

    public static string Peers { get; } = Path.Combine(Checkout, "benchmarks/EndToEnd/peers");

    private static string Checkout => Environment.GetEnvironmentVariable("AUTOREDUCTION_CHECKOUT") ?? Directory.GetCurrentDirectory();

    private string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    public string DataFile => Path.Combine(Root, "run.nxs");

    public int DaemonPid => int.Parse(File.ReadAllText(Path.Combine(Root, "run/autoreduction-processor.pid")), CultureInfo.InvariantCulture);

    public string JobsDirectory => Path.Combine(Root, "state/jobs");

    /// <summary>Messages of the subscribed status queue.</summary>
    public StompConnection Connection => _connection;

    public static async Task<Site> OpenAsync(int maxJobs = 0, string postProcessAdmin = "")
    {
        var root = Directory.CreateTempSubdirectory("autoreduction-benchmark-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results", "scripts"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        var log = Path.Combine(root, "broker.log");
        var broker = Process.Start("/bin/sh", ["-c", "exec /bin/sh \"$1\" \"$2\" 0 >\"$3\" 2>&1", "sh", Path.Combine(Checkout, "examples/activemq/run-broker.sh"), Path.Combine(root, "broker"), log]);
        var site = new Site(root, broker, await PortAsync(log, broker));
        File.WriteAllText(site.DataFile, "data");
        File.SetLastWriteTimeUtc(site.DataFile, DateTime.UtcNow.AddMinutes(-1));
        site.WriteSettings(maxJobs, postProcessAdmin);
        site._connection = await StompConnection.ConnectAsync(new("127.0.0.1", site.Port, false), new(), default);
        await site._connection.SubscribeAsync("complete", "/queue/ReductionComplete", StompAckMode.Auto, [], default);
        return site;
    }

    public string Ctl(params string[] verb)
    {
        using var ctl = Process.Start(new ProcessStartInfo(Path.Combine(Programs, "autoreduction-ctl"), ["--config", SettingsPath, .. verb])
        {
            RedirectStandardOutput = true,
        })!;
        var said = ctl.StandardOutput.ReadToEnd();
        ctl.WaitForExit();
        return ctl.ExitCode == 0 ? said : throw new InvalidOperationException($"ctl {verb[0]} ended with {ctl.ExitCode}: {said}");
    }

    /// <summary>What the daemon says of itself.</summary>
    public DaemonStatus Status() => JsonSerializer.Deserialize(Ctl("status", "--json"), ContractJson.Default.DaemonStatus)!;

    public static byte[] Message(long rb, long run, string data) => JobMessage.Parse("{}"u8).With(
        (MessageKeys.Instrument, "ENGINX"), (MessageKeys.RbNumber, rb), (MessageKeys.RunNumber, run), (MessageKeys.Data, data),
        (MessageKeys.ReductionScript, EmptyScript)).ToUtf8();

    public Task SendAsync(string queue, ReadOnlyMemory<byte> body, bool withReceipt = true) =>
        _connection.SendAsync(queue, body, [new("persistent", "true")], null, withReceipt, default);

    /// <summary>Waits for so many outcomes.</summary>
    public async Task ReceiveAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _connection.Messages.ReadAsync();
        }
    }

    /// <summary>Ends what runs. What is on disk stays for <see cref="DisposeAsync"/>.</summary>
    public async Task CloseAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (File.Exists(Path.Combine(Root, "run/autoreduction-processor.pid")))
        {
            Ctl("stop", "--now");
        }

        await _connection.DisposeAsync();
        _broker.Kill();
        await _broker.WaitForExitAsync();
        _broker.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Root, recursive: true);
    }

    private void WriteSettings(int maxJobs, string postProcessAdmin) => File.WriteAllText(SettingsPath, $"""
        [broker]
        uri = "tcp://127.0.0.1:{Port}"
        [daemon]
        pid_file = "{Root}/run/autoreduction-processor.pid"
        state_directory = "{Root}/state"
        log_directory = "{Root}/log"
        max_jobs = {maxJobs}
        post_process_admin = "{postProcessAdmin}"
        [reduction]
        python_path = []
        scripts_directory = "{Root}/scripts"
        results_directory = "{Root}/results/{"{instrument}"}/{"{rb_number}"}/{"{run_number}"}"
        temporary_directory = "{Root}/tmp"
        """);

    private static async Task<int> PortAsync(string log, Process broker)
    {
        while (true)
        {
            if (File.Exists(log) && Up().Match(await File.ReadAllTextAsync(log)) is { Success: true } match)
            {
                return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }

            if (broker.HasExited)
            {
                throw new InvalidOperationException($"ActiveMQ ended before it was up, see {log}");
            }

            await Task.Delay(50);
        }
    }

    [GeneratedRegex(@"Listening for connections at: stomp:.*:(\d+) [\s\S]*Connector stomp started")]
    private static partial Regex Up();
}

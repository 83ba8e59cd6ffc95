using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>All of a facility in one private directory: real broker, real programs, and a queue processor that keeps what it is told.</summary>
internal sealed class Facility : IAsyncDisposable
{
    private static readonly string[] StatusQueues = ["Started", "Complete", "Error", "Skipped"];
    private readonly PrivateActiveMq _broker;
    private readonly StompConnection _connection;
    private readonly List<(string Queue, JsonObject Body)> _told = [];

    private Facility(string root, PrivateActiveMq broker, StompConnection connection) => (Root, _broker, _connection) = (root, broker, connection);

    public string Root { get; }

    public string PidFile => Path.Combine(Root, "run/autoreduction-processor.pid");

    public string LockFile => Path.Combine(Root, "run/daemon.lock");

    /// <summary>Every status message so far, in order of arrival.</summary>
    public IReadOnlyList<(string Queue, JsonObject Body)> Told => _told;

    public IReadOnlyList<(string Queue, JsonObject Body)> Terminal => [.. _told.Where(told => told.Queue != "Started")];

    public int Pid => int.Parse(File.ReadAllText(PidFile));

    private string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    public static async Task<Facility> OpenAsync(CancellationToken token)
    {
        var root = Directory.CreateTempSubdirectory("facility-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results", "scripts"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        var data = Path.Combine(root, "run.nxs");
        File.WriteAllText(data, "data");
        File.SetLastWriteTimeUtc(data, DateTime.UtcNow.AddMinutes(-1));
        var broker = await PrivateActiveMq.StartAsync(Path.Combine(root, "broker"), token);
        var connection = await StompConnection.ConnectAsync(new("127.0.0.1", broker.Port, false), new(), token);
        foreach (var queue in StatusQueues)
        {
            await connection.SubscribeAsync(queue, $"/queue/Reduction{queue}", StompAckMode.Auto, [], token);
        }

        var facility = new Facility(root, broker, connection);
        File.WriteAllText(facility.SettingsPath, $"""
            [broker]
            uri = "tcp://127.0.0.1:{broker.Port}"
            [daemon]
            pid_file = "{facility.PidFile}"
            state_directory = "{root}/state"
            log_directory = "{root}/log"
            max_jobs = 3
            retry_delay_seconds = 0.1
            stop_timeout_seconds = 20
            kill_grace_seconds = 2
            [reduction]
            python_path = []
            scripts_directory = "{root}/scripts"
            results_directory = "{root}/results/{"{instrument}"}/{"{rb_number}"}/{"{run_number}"}"
            temporary_directory = "{root}/tmp"
            data_file_wait_seconds = 0.5
            publish_retry_seconds = 0.5
            """);
        return facility;
    }

    /// <summary>Runs ctl; its exit code and all that it said.</summary>
    public async Task<(int Code, string Said)> CtlAsync(CancellationToken token, params string[] verb)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "autoreduction-ctl"), ["--config", SettingsPath, .. verb])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var ctl = Process.Start(start)!;
        var (output, errors) = (ctl.StandardOutput.ReadToEndAsync(token), ctl.StandardError.ReadToEndAsync(token));
        await ctl.WaitForExitAsync(token);
        return (ctl.ExitCode, (await output + await errors).Trim());
    }

    public Task SubmitAsync(long rb, long run, string? script, CancellationToken token, string? data = null) =>
        SendAsync(JobMessage.Parse("{}"u8).With(
            (MessageKeys.Instrument, "ENGINX"), (MessageKeys.RbNumber, rb), (MessageKeys.RunNumber, run),
            (MessageKeys.Data, data ?? Path.Combine(Root, "run.nxs")), (MessageKeys.ReductionScript, script)).ToUtf8(), token);

    public Task SendAsync(ReadOnlyMemory<byte> body, CancellationToken token) =>
        _connection.SendAsync("/queue/ReductionPending", body, [new("persistent", "true")], null, withReceipt: true, token);

    public Task DeadLettersToAsync(CancellationToken token) =>
        _connection.SubscribeAsync("DLQ", "/queue/ActiveMQ.DLQ", StompAckMode.Auto, [], token);

    /// <summary>The next dead letter: its body and why.</summary>
    public async Task<(string Body, string? Reason)> DeadLetterAsync(CancellationToken token)
    {
        var message = await _connection.Messages.ReadAsync(token);
        return (Encoding.UTF8.GetString(message.Body.Span), message.Headers["reason"]);
    }

    /// <summary>Listens until what was told is enough.</summary>
    public async Task ListenUntilAsync(Func<Facility, bool> enough, CancellationToken token)
    {
        while (!enough(this))
        {
            var message = await _connection.Messages.ReadAsync(token);
            _told.Add((message.Subscription, JsonNode.Parse(message.Body.Span)!.AsObject()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CtlAsync(CancellationToken.None, "stop", "--now");
        await _connection.DisposeAsync();
        _broker.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

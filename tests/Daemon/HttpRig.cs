using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Daemon;

namespace Autoreduction.Tests.Daemon;

/// <summary>The daemon's HTTP server in a private directory, with a supervisor that answers as a test wants.</summary>
internal sealed class HttpRig : IAsyncDisposable
{
    private readonly Channel<DaemonEvent> _events = Channel.CreateUnbounded<DaemonEvent>();
    private readonly string _root = Directory.CreateTempSubdirectory("http-").FullName;
    private HttpServer? _server;
    private Task _answering = Task.CompletedTask;

    public List<JobRecord> Jobs { get; } = [];

    public DaemonStatus Status { get; set; } = SampleStatus.IdleSince(DateTimeOffset.Now);

    public List<DaemonEvent> Asked { get; } = [];

    /// <summary>The supervisor that answers.</summary>
    public SupervisorClient Supervisor => new(_events.Writer);

    public IReadOnlyList<HttpRoute> Routes { get; private set; } = [];

    public string SocketPath => Path.Combine(_root, "autoreduction.sock");

    public static async Task<HttpRig> StartAsync(Func<DaemonSettings, DaemonSettings>? change = null)
    {
        var rig = new HttpRig();
        var settings = new DaemonSettings { PidFile = Path.Combine(rig._root, "a.pid") };
        rig.Routes = new HttpRoutes(rig.Supervisor, new JobStore(settings.JobsDirectory), new Metrics()).All;
        rig._answering = rig.AnswerAsync();
        try
        {
            rig._server = await HttpServer.StartAsync(change?.Invoke(settings) ?? settings, rig.Routes);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public HttpClient Client() => ClientOf(SocketPath);

    /// <summary>A client of whoever listens on a Unix socket.</summary>
    public static HttpClient ClientOf(string socketPath) => new(new SocketsHttpHandler
    {
        Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
        ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://any.name.at.all") };

    public static JobRecord Job(string id, JobState state) => new()
    {
        Id = id,
        MessageId = "ID:1",
        Instrument = "LET",
        Run = "7",
        RbNumber = 1,
        State = state,
        Received = DateTimeOffset.Now,
        Since = DateTimeOffset.Now,
    };

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _events.Writer.Complete();
        await _answering;
        Directory.Delete(_root, recursive: true);
    }

    private async Task AnswerAsync()
    {
        await foreach (var asked in _events.Reader.ReadAllAsync())
        {
            Asked.Add(asked);
            switch (asked)
            {
                case DaemonEvent.StatusAsked question:
                    question.Answer.SetResult(Status);
                    break;
                case DaemonEvent.JobsAsked question:
                    question.Answer.SetResult(Jobs);
                    break;
                case DaemonEvent.JobCancelAsked question:
                    question.Answer.SetResult(Jobs.Find(job => job.Id == question.JobId) is { } job
                        ? new CancelAnswer { Cancelled = job.State == JobState.Finished ? [] : [job.Id], Remembered = false }
                        : null);
                    break;
                case DaemonEvent.RunCancelAsked question:
                    question.Answer.SetException(new IOException("no space left"));
                    break;
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Autoreduction.Contract;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Daemon;

/// <summary>
/// Answers HTTP on the Unix socket and, read-only, on a TCP address where the settings name one. Kestrel without a host
/// around it: nothing else here listens to signals, reads configuration or holds services.
/// </summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const int Connections = 64;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly KestrelServer _server;

    private HttpServer(KestrelServer server) => _server = server;

    /// <exception cref="StartException">An address can't be used.</exception>
    public static async Task<HttpServer> StartAsync(DaemonSettings settings, IReadOnlyList<HttpRoute> routes)
    {
        var transport = new SocketTransportOptions { CreateBoundListenSocket = Bind };
        var server = new KestrelServer(
            Options.Create(Kestrel(settings)),
            new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new HttpApplication(routes, new HttpAccess(settings)), default);
            return new HttpServer(server);
        }
        catch (Exception e) when (e is IOException or SocketException or ArgumentException)
        {
            server.Dispose();
            throw new StartException($"can't answer on {settings.SocketPath}{(settings.HttpAddress.Length > 0 ? $" and {settings.HttpAddress}" : "")}: {e.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _server.StopAsync(limit.Token);
        _server.Dispose();
    }

    private static KestrelServerOptions Kestrel(DaemonSettings settings)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = HttpRoutes.MaxBodyBytes;
        options.Limits.MaxConcurrentConnections = Connections;
        options.ListenUnixSocket(settings.SocketPath, listen => listen.Protocols = HttpProtocols.Http1);
        if (settings.HttpAddress.Length > 0)
        {
            options.Listen(IPEndPoint.Parse(settings.HttpAddress), listen => listen.Protocols = HttpProtocols.Http1);
        }

        return options;
    }

    private static Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        // A socket that a dead daemon left; ours is the lock.
        var path = endPoint.ToString()!;
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        // Linux gives the file the mode of the socket's own inode: at no instant it is wider than meant, whatever the umask.
        using var descriptor = new SafeFileHandle(socket.Handle, ownsHandle: false);
        File.SetUnixFileMode(descriptor, OwnerOnly);
        socket.Bind(endPoint);
        File.SetUnixFileMode(path, OwnerAndGroup);
        return socket;
    }
}

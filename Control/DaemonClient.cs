using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>Asks the daemon over its Unix socket.</summary>
internal static class DaemonClient
{
    public static DaemonStatus? TryGetStatus(DaemonSettings daemon, TimeSpan limit) =>
        TryGet(daemon, "/status", limit, ContractJson.Default.DaemonStatus);

    public static IReadOnlyList<JobRecord>? TryGetJobs(DaemonSettings daemon, TimeSpan limit) =>
        TryGet(daemon, "/jobs", limit, ContractJson.Default.IReadOnlyListJobRecord);

    /// <summary>The answer; null where there is none in time.</summary>
    /// <exception cref="UnauthorizedAccessException">The socket is not for this user.</exception>
    private static T? TryGet<T>(DaemonSettings daemon, string path, TimeSpan limit, JsonTypeInfo<T> type)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => ConnectAsync(daemon.SocketPath, cancellationToken) };
        using var client = new HttpClient(handler) { Timeout = limit };
        try
        {
            return JsonSerializer.Deserialize(client.GetStringAsync($"http://daemon{path}").GetAwaiter().GetResult(), type);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new UnauthorizedAccessException($"no permission to ask the daemon through {daemon.SocketPath}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return default;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

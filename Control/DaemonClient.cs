using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>Asks the daemon over its Unix socket.</summary>
internal static class DaemonClient
{
    public static DaemonStatus? TryGetStatus(DaemonSettings daemon, TimeSpan limit) =>
        TrySend(daemon, HttpMethod.Get, "/status", null, limit, ContractJson.Default.DaemonStatus);

    /// <summary>The jobs; of those that ended the latest, or all.</summary>
    public static IReadOnlyList<JobRecord>? TryGetJobs(DaemonSettings daemon, TimeSpan limit, bool all = false) =>
        TrySend(daemon, HttpMethod.Get, all ? "/jobs?all=true" : "/jobs", null, limit, ContractJson.Default.IReadOnlyListJobRecord);

    /// <summary>Cancels the run that a message names.</summary>
    /// <exception cref="ControlException">The daemon refused, in its own words.</exception>
    public static CancelAnswer? TryCancel(DaemonSettings daemon, JobMessage run, TimeSpan limit) =>
        TrySend(daemon, HttpMethod.Post, "/cancel", run.ToUtf8(), limit, ContractJson.Default.CancelAnswer);

    /// <summary>The answer; null where there is none in time.</summary>
    /// <exception cref="UnauthorizedAccessException">The socket is not for this user.</exception>
    private static T? TrySend<T>(DaemonSettings daemon, HttpMethod method, string path, byte[]? body, TimeSpan limit, JsonTypeInfo<T> type)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => ConnectAsync(daemon.SocketPath, cancellationToken) };
        using var client = new HttpClient(handler) { Timeout = limit };
        using var request = new HttpRequestMessage(method, $"http://daemon{path}") { Content = body is null ? null : new ByteArrayContent(body) };
        try
        {
            using var response = client.Send(request);
            using var answer = response.Content.ReadAsStream();
            return response.IsSuccessStatusCode ? JsonSerializer.Deserialize(answer, type) : throw Refusal(answer);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new UnauthorizedAccessException($"no permission to ask the daemon through {daemon.SocketPath}; who is in its group may");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            return default;
        }
    }

    private static ControlException Refusal(Stream answer) =>
        new(JsonSerializer.Deserialize(answer, ContractJson.Default.ErrorAnswer)?.Error ?? "the daemon refused without a word");

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

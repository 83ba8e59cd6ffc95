using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// Uses once what a run will use, while there is no run yet: threads are started, tables filled and code is paged in, which
/// takes many times as long as the use itself. Nothing of it is seen or kept.
/// </summary>
internal static class FirstUse
{
    /// <summary>Does it all. What fails here fails again where it counts, and is told there.</summary>
    public static async Task MakeAsync()
    {
        try
        {
            // The time zone, the pool of buffers, the thread of timers.
            _ = DateTimeOffset.Now;
            ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent(1));
            using var timer = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            OfJson();
            _ = MountPoint.Of("/");
            await OfSocketsAsync(timer.Token);
        }
        catch (Exception e)
        {
            Log.FirstUseFailed(e.Message);
        }
    }

    private static void OfJson()
    {
        var order = new JobOrder { JobId = "", JobDirectory = "", MessageId = "", Attempt = 0, Broker = new(), Queues = new(), Reduction = new(), KillGrace = default };
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(order, ContractJson.Default.JobOrder), ContractJson.Default.JobOrder);
        JsonSerializer.SerializeToUtf8Bytes(new JobOutcome { Result = JobResult.Skipped, Destination = "", Time = default }, ContractJson.Default.JobOutcome);
        JobMessage.Parse("""{"message":""}"""u8).ToUtf8();
        _ = JsonNode.Parse("""{"notes":[""]}""");
    }

    // A datagram from a socket to itself; its name is in no directory.
    private static async Task OfSocketsAsync(CancellationToken limit)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint($"\0post-process-admin-{Environment.ProcessId}"));
        await socket.ConnectAsync(socket.LocalEndPoint!, limit);
        var received = socket.ReceiveAsync(new byte[1], SocketFlags.None, limit);
        await socket.SendAsync(new byte[1], SocketFlags.None, limit);
        await received;
    }
}

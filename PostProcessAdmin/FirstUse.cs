using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// Uses once what a run will use, while there is no run yet: tables are filled and code is paged in, which takes
/// many times as long as the use itself. Nothing of it is seen or kept.
/// </summary>
internal static class FirstUse
{
    /// <summary>Does it all. What fails here fails again where it counts, and is told there.</summary>
    public static void Make()
    {
        try
        {
            // The time zone, the pool of buffers.
            _ = DateTimeOffset.Now;
            ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent(1));
            OfJson();
            _ = MountPoint.Of("/");
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
}

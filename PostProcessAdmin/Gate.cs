using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The pipe at which a job waits until its record is durable. What comes through it is the order.</summary>
internal static class Gate
{
    /// <summary>Waits for the order; null where the gate closed without one (the daemon died), or we were told to end: nothing must run.</summary>
    public static async Task<JobOrder?> WaitForOrderAsync(CancellationToken interrupted)
    {
        try
        {
            // read(2) of a pipe can't be cancelled; the thread that is left in it ends with the process.
            var order = await Task.Run(ReadOrder, CancellationToken.None).WaitAsync(interrupted);
            return interrupted.IsCancellationRequested ? null : order;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            await Console.Error.WriteLineAsync($"no order came through descriptor {JobFiles.GateDescriptor}: {e.Message}");
            return null;
        }
    }

    private static JobOrder? ReadOrder()
    {
        // What there is to know about its parts is found out while the daemon writes its record.
        var order = ContractJson.Default.JobOrder;
        order.MakeReadOnly();
        using var pipe = InheritedDescriptor.Take(JobFiles.GateDescriptor);
        return JsonSerializer.Deserialize(InheritedDescriptor.ReadToEnd(pipe, JobOrder.MaxBytes), order);
    }
}

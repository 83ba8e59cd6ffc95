using System.Net.Sockets;

namespace Autoreduction.Tests.Faults;

/// <summary>One connection through a <see cref="FaultProxy"/>: two directions with their own rules, that end together.</summary>
internal sealed class FaultyConnection(TcpClient client, TcpClient broker, FaultRules toBroker, FaultRules toClient)
{
    public async Task RunAsync(CancellationToken over)
    {
        // Cancelled by: the end of the other direction; the test's end.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(over);
        Task[] directions = [PumpAsync(client, broker, toBroker, ended.Token), PumpAsync(broker, client, toClient, ended.Token)];
        try
        {
            await await Task.WhenAny(directions);
        }
        finally
        {
            await ended.CancelAsync();
            End(toBroker.Reset || toClient.Reset);
            await Task.WhenAll(directions).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public void End(bool reset)
    {
        foreach (var side in (TcpClient[])[client, broker])
        {
            if (reset && side.Client is { } socket)
            {
                socket.LingerState = new(enable: true, seconds: 0);
            }

            side.Close();
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, FaultRules rules, CancellationToken ended)
    {
        var (source, target) = (from.GetStream(), to.GetStream());
        var buffer = new byte[rules.SliceBytes > 0 ? rules.SliceBytes : 64 << 10];
        var gate = new FrameGate(rules.Frames);
        for (long passed = 0; ;)
        {
            var length = await source.ReadAsync(buffer, ended);
            if (length == 0)
            {
                return;
            }

            if (rules.CorruptByte >= passed && rules.CorruptByte < passed + length)
            {
                buffer[rules.CorruptByte - passed] ^= 0xFF;
            }

            var allowed = (int)Math.Min(length, Math.Min(rules.CutAfterBytes, rules.StallAfterBytes) - passed);
            var (bytes, fate) = gate.Next(buffer.AsMemory(0, allowed));
            await Task.Delay(rules.Delay, ended);
            await target.WriteAsync(bytes, ended);
            passed += length;
            if (fate is FrameFate.CutBefore or FrameFate.CutAfter || passed >= rules.CutAfterBytes)
            {
                return;
            }

            if (fate == FrameFate.StallAfter || passed >= rules.StallAfterBytes)
            {
                await Task.Delay(Timeout.Infinite, ended);
            }
        }
    }
}

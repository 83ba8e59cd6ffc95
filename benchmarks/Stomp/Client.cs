using System.Diagnostics;
using System.Globalization;
using Autoreduction.Stomp;

namespace Autoreduction.StompBenchmarks;

/// <summary>The client of this project under a load; prints wall-clock and processor seconds of each round.</summary>
internal static class Client
{
    // So many frames are on their way before the first receipt is waited for.
    private const int Window = 500;

    public static async Task RunAsync(int port, Scenario scenario, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await using var connection = await StompConnection.ConnectAsync(new("127.0.0.1", port, UseTls: false), new(), default);
            var (began, processor) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            await (scenario.Consumes ? ConsumeAsync(connection, scenario) : SendAsync(connection, scenario));

            // Its receipt says that the peer has taken everything.
            await connection.DisconnectAsync(default);
            var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed} {used}"));
        }
    }

    private static async Task ConsumeAsync(StompConnection connection, Scenario scenario)
    {
        StompHeader[] load = [new("count", $"{scenario.Count}"), new("size", $"{scenario.BodyBytes}")];
        await connection.SubscribeAsync("s", "/queue/q", StompAckMode.ClientIndividual, load, default);
        for (var i = 0; i < scenario.Count; i++)
        {
            var message = await connection.Messages.ReadAsync();
            if (message.Body.Length != scenario.BodyBytes)
            {
                throw new InvalidOperationException($"a body of {message.Body.Length} bytes");
            }

            await connection.AckAsync(message, null, withReceipt: false, default);
        }
    }

    private static async Task SendAsync(StompConnection connection, Scenario scenario)
    {
        var body = new byte[scenario.BodyBytes];
        body.AsSpan().Fill((byte)'x');
        StompHeader[] headers = [new("persistent", "true"), new("content-type", "application/json")];
        var sends = new Task[scenario.Count];
        for (var i = 0; i < sends.Length; i++)
        {
            sends[i] = connection.SendAsync("/queue/q", body, headers, null, withReceipt: true, default);
            await (i >= Window ? sends[i - Window] : Task.CompletedTask);
        }

        await Task.WhenAll(sends);
    }
}

using Autoreduction.Stomp;

namespace Autoreduction.StompBenchmarks;

/// <summary>The client of this project under a load.</summary>
internal static class Client
{
    public static async Task<Func<Task>> BeginAsync(int port, string queue, Load load)
    {
        var connection = await StompConnection.ConnectAsync(new("127.0.0.1", port, UseTls: false), new(), default);
        return async () =>
        {
            await using (connection)
            {
                await (load.Consumes ? ConsumeAsync(connection, queue, load) : SendAsync(connection, queue, load));

                // Its receipt says that the peer has taken everything.
                await connection.DisconnectAsync(default);
            }
        };
    }

    private static async Task ConsumeAsync(StompConnection connection, string queue, Load load)
    {
        StompHeader[] wanted = [new("count", $"{load.Count}"), new("size", $"{load.BodyBytes}")];
        await connection.SubscribeAsync("s", queue, StompAckMode.ClientIndividual, wanted, default);
        for (var i = 0; i < load.Count; i++)
        {
            var message = await connection.Messages.ReadAsync();
            if (message.Body.Length != load.BodyBytes)
            {
                throw new InvalidOperationException($"a body of {message.Body.Length} bytes");
            }

            await connection.AckAsync(message, null, withReceipt: false, default);
        }
    }

    private static async Task SendAsync(StompConnection connection, string queue, Load load)
    {
        var body = new byte[load.BodyBytes];
        body.AsSpan().Fill((byte)'x');
        StompHeader[] headers = [new("persistent", "true"), new("content-type", "application/json")];

        // As with the other clients, all frames are on their way before the first receipt is waited for.
        var confirmed = new Task[load.Count];
        for (var i = 0; i < load.Count; i++)
        {
            confirmed[i] = connection.SendAsync(queue, body, headers, null, withReceipt: true, default);
        }

        await Task.WhenAll(confirmed);
    }
}

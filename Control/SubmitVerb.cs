using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Control;

/// <summary><c>submit</c>: puts a run on the pending queue, confirmed by the broker; follows it by asking the daemon.</summary>
internal sealed class SubmitVerb(Settings settings)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public async Task<int> RunAsync(JobMessage message, bool wait, bool json)
    {
        if (!RunRequestReader.TryRead(message, out var run, out var error))
        {
            throw new UsageException($"not submitted: {error}");
        }

        var submitted = DateTimeOffset.Now;
        await SendAsync(message);
        if (json && !wait)
        {
            Console.WriteLine(JsonSerializer.Serialize(SubmittedRun.Of(run), ControlJson.Default.SubmittedRun));
        }
        else if (!json)
        {
            Console.WriteLine($"submitted {run}");
        }

        return wait ? await new SubmitFollower(settings, run, submitted, json).RunAsync() : ExitCodes.Success;
    }

    private async Task SendAsync(JobMessage message)
    {
        using var limit = new CancellationTokenSource(Limit);
        var (told, isConnected) = ("", false);
        var options = new StompConnectionOptions
        {
            Login = settings.Broker.Username.Length > 0 ? settings.Broker.Username : null,
            Passcode = Passcode.Of(settings),
            CaFilePath = settings.Broker.CaFile.Length > 0 ? settings.Broker.CaFile : null,
        };
        try
        {
            var connector = new StompConnector(BrokerUri.Parse(settings.Broker.Uri), options);
            await using var connection = await connector.ConnectAsync(failure => Tell(failure.Exception.Message), limit.Token);
            isConnected = true;
            StompHeader[] headers = [new("persistent", "true"), new("content-type", "application/json")];
            await connection.SendAsync(settings.Queues.Pending, message.ToUtf8(), headers, null, withReceipt: true, limit.Token);
            await connection.DisconnectAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ControlException(isConnected
                ? $"the broker at {settings.Broker.Uri} did not confirm the run within {Limit.TotalSeconds:0} s; it may have it all the same"
                : $"not submitted: the broker at {settings.Broker.Uri} could not be reached within {Limit.TotalSeconds:0} s");
        }
        catch (StompException e)
        {
            throw new ControlException($"the broker at {settings.Broker.Uri} did not confirm the run: {e.Message}");
        }

        // It is tried again and again, and mostly for the same reason.
        void Tell(string failure)
        {
            if (failure != told)
            {
                Console.Error.WriteLine(told = failure);
            }
        }
    }
}

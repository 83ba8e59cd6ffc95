using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Tests.Faults;

/// <summary>What an experiment says to the broker, and hears from it.</summary>
internal sealed partial class FaultRig
{
    /// <summary>Puts a run of the chaos job on the queue.</summary>
    public async Task SubmitAsync(long rb, long run, CancellationToken token, params JsonArray[] actions)
    {
        var variables = new JsonObject
        {
            ["standard_vars"] = new JsonObject { ["root"] = Root, ["run"] = run, ["rb"] = rb, ["do"] = new JsonArray([.. actions]) },
        };
        Submitted.Add((rb, run));
        await SendAsync(JobMessage.Parse("{}"u8).With(
            (MessageKeys.Instrument, "ENGINX"), (MessageKeys.RbNumber, rb), (MessageKeys.RunNumber, run),
            (MessageKeys.Data, Path.Combine(Root, "run.nxs")), (MessageKeys.ReductionScript, _script),
            (MessageKeys.ReductionArguments, variables)).ToUtf8(), token);
    }

    public Task SendAsync(byte[] body, CancellationToken token) =>
        Connection.SendAsync(Pending, body, [new("persistent", "true")], null, withReceipt: true, token);

    /// <summary>Listens until so many runs were told to be over. What a mutant lost is not waited for: the oracle tells.</summary>
    public async Task AllToldAsync(CancellationToken token)
    {
        // Cancelled by: the test's time limit; with a mutant, the end of patience.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(ActiveMutant.Name is null ? Timeout.InfiniteTimeSpan : ActiveMutant.Patience);
        try
        {
            await ListenUntilAsync(() => Terminal.Count >= Submitted.Count, patience.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The oracle tells which are missing.
        }
    }

    public async Task ListenUntilAsync(Func<bool> enough, CancellationToken token)
    {
        while (!enough())
        {
            try
            {
                await NoteAsync(await Connection.Messages.ReadAsync(token), token);
            }
            catch (Exception e) when (e is StompException or ChannelClosedException)
            {
                await ReconnectAsync(token);
            }
        }
    }

    /// <summary>Connects again, as after the broker was away.</summary>
    public async Task ReconnectAsync(CancellationToken token)
    {
        await Connection.DisposeAsync();
        while (true)
        {
            try
            {
                await ConnectAsync(token);
                return;
            }
            catch (StompException)
            {
                // The broker is not up yet; the test's time limit ends it.
                await Task.Delay(100, token);
            }
        }
    }

    private async Task ConnectAsync(CancellationToken token)
    {
        Connection = await StompConnection.ConnectAsync(new("127.0.0.1", Broker.Port, false), new() { HeartBeat = TimeSpan.Zero }, token);
        foreach (var queue in StatusQueues)
        {
            await Connection.SubscribeAsync(queue, $"{_prefix}{queue}", StompAckMode.ClientIndividual, [], token);
        }
    }

    /// <summary>Takes note of what has been told by now.</summary>
    public async Task ListenAsync(CancellationToken token)
    {
        while (Connection.Messages.TryRead(out var message))
        {
            await NoteAsync(message, token);
        }
    }

    /// <summary>How many messages a queue holds.</summary>
    public async Task<int> CountAsync(string queue, CancellationToken token)
    {
        // A browser gets a copy of every message, then a frame that says that these were all.
        const string browser = "browser";
        await Connection.SubscribeAsync(browser, queue, StompAckMode.Auto, [new(browser, "true")], token);
        for (var count = 0; ;)
        {
            var message = await Connection.Messages.ReadAsync(token);
            if (message.Subscription != browser)
            {
                await NoteAsync(message, token);
            }
            else if (message.Headers[browser] != "end")
            {
                count++;
            }
            else
            {
                await Connection.UnsubscribeAsync(browser, token);
                return count;
            }
        }
    }

    // What the broker repeats, because it didn't learn that it arrived, counts once; what was sent twice counts twice.
    private async Task NoteAsync(StompMessage message, CancellationToken token)
    {
        if (_seen.Add(message.MessageId))
        {
            var body = JsonNode.Parse(message.Body.Span)!.AsObject();
            var run = long.Parse(body[MessageKeys.RunNumber]!.ToString(), CultureInfo.InvariantCulture);
            _told.Add((message.Subscription, run, (string?)body[MessageKeys.Message], (string?)body[MessageKeys.ReductionLog]));
        }

        await Connection.AckAsync(message, null, withReceipt: false, token);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
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
            var message = await Connection.Messages.ReadAsync(token);
            Note(message);
        }
    }

    /// <summary>Takes note of what has been told by now.</summary>
    public void Listen()
    {
        while (Connection.Messages.TryRead(out var message))
        {
            Note(message);
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
                Note(message);
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

    private void Note(StompMessage message)
    {
        var body = JsonNode.Parse(message.Body.Span)!.AsObject();
        var run = long.Parse(body[MessageKeys.RunNumber]!.ToString(), CultureInfo.InvariantCulture);
        _told.Add((message.Subscription, run, (string?)body[MessageKeys.Message]));
    }
}

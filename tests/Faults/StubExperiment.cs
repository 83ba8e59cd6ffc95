using System.Text.Json.Nodes;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>The real programs before a <see cref="StubQueue"/> that delivers what the test says.</summary>
internal sealed class StubExperiment : IAsyncDisposable
{
    private readonly ScriptedBroker _broker;
    private int _refusals;

    /// <param name="deliver">What each subscriber is sent.</param>
    /// <param name="refused">The frame that is answered by ERROR.</param>
    /// <param name="times">How often it is, over all connections.</param>
    /// <param name="daemon">Settings of the daemon.</param>
    public StubExperiment(Func<ScriptedSession, FacilityPlace, Task> deliver, string refused = "", int times = 0, string daemon = "")
    {
        Queue = new StubQueue
        {
            OnSubscribed = session => deliver(session, Place!),
            Instead = (session, frame) => RefuseAsync(session, frame, refused, times),
        };
        _broker = ScriptedBroker.Start(Queue.ServeAsync);
        Place = FacilityPlace.Create($"tcp://127.0.0.1:{_broker.EndPoint.Port}", daemon: daemon);
    }

    public StubQueue Queue { get; }

    public FacilityPlace Place { get; }

    /// <summary>Every status message: its queue and run.</summary>
    public IEnumerable<string> Told => Queue.Sent.Select(sent => $"{sent.Destination} {JsonNode.Parse(sent.Body)!["run_number"]}");

    /// <summary>Waits until the daemon says of a run that there is nothing more to do.</summary>
    public Task FinishedAsync(CancellationToken token) => BrokerExperiment.UntilAsync(
        () => Directory.GetFiles($"{Place.Root}/state", "record.json", SearchOption.AllDirectories).Any(BrokerExperiment.IsFinished), token);

    public async Task StartAsync(CancellationToken token)
    {
        var (code, said) = await Place.CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
    }

    public async ValueTask DisposeAsync()
    {
        await Place.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private async Task<bool> RefuseAsync(ScriptedSession session, StompFrame frame, string refused, int times)
    {
        if (frame.Command != refused || Interlocked.Increment(ref _refusals) > times)
        {
            return false;
        }

        await session.SendAsync("ERROR", ("message", "refused by the test"), ("receipt-id", frame.Headers["receipt"] ?? ""));
        return true;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>
/// Keeps the daemon subscribed to the pending queue for ever: connects, subscribes, passes messages on, and does it
/// again when the connection is lost. Each connection has a number, its epoch: what was delivered in one can't be
/// acknowledged in another.
/// </summary>
internal sealed class BrokerLink(Settings settings, ChannelWriter<DaemonEvent> events, TimeSpan? longestSilence = null)
{
    /// <summary>The one subscription of the daemon.</summary>
    public const string SubscriptionId = "pending";

    // A broker needs a moment to see that a connection is gone: what it still holds for it would be overtaken by later runs.
    private static readonly TimeSpan PauseAfterLoss = TimeSpan.FromSeconds(1);

    // Longer than an attempt at every broker of a list takes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const long Connected = 0;
    private long _silentSince = Stopwatch.GetTimestamp();
    private readonly TimeSpan _longestSilence = longestSilence ?? BrokerUri.Parse(settings.Broker.Uri).Reconnect.MaxDelay + Patience;
    private readonly TaskCompletionSource<string> _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What came of the first attempt to connect, in words.</summary>
    public Task<string> FirstAttempt => _firstAttempt.Task;

    /// <summary>Whether it is neither connected nor trying to be.</summary>
    public bool IsStuck => Volatile.Read(ref _silentSince) is var since && since != Connected && Stopwatch.GetElapsedTime(since) > _longestSilence;

    /// <summary>How many messages may be held here unacknowledged.</summary>
    public static int PrefetchOf(Settings settings) =>
        settings.Broker.Prefetch > 0 ? settings.Broker.Prefetch : settings.Daemon.EffectiveMaxJobs + 100;

    /// <summary>How connections are made, passcode included.</summary>
    public static StompConnectionOptions Options(Settings settings)
    {
        var options = new StompConnectionOptions
        {
            Login = settings.Broker.Username.Length > 0 ? settings.Broker.Username : null,
            Passcode = BrokerPassword.Of(settings.Broker, settings.BrokerPassword),
            HeartBeat = settings.Broker.HeartBeat,
            CaFilePath = settings.Broker.CaFile.Length > 0 ? settings.Broker.CaFile : null,
            OnError = error => Log.BrokerComplains(error.Message),
        };
        Mutant.Change("heart-beat-once", ref options, options with { HeartBeatTolerance = 1 });
        return options;
    }

    /// <summary>Runs until <paramref name="stopped"/>; then the last connection is left to its owner.</summary>
    public async Task RunAsync(CancellationToken stopped)
    {
        var connector = new StompConnector(BrokerUri.Parse(settings.Broker.Uri), Options(settings));
        try
        {
            for (var epoch = 1; ; epoch++)
            {
                var reason = await OneConnectionAsync(connector, epoch, stopped);
                Volatile.Write(ref _silentSince, Stopwatch.GetTimestamp());
                await events.WriteAsync(new DaemonEvent.BrokerLost(epoch, reason), stopped);
                await Task.Delay(PauseAfterLoss, stopped);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    // Why it is over.
    private async Task<string> OneConnectionAsync(StompConnector connector, int epoch, CancellationToken stopped)
    {
        StompConnection? connection = null;
        try
        {
            connection = await connector.ConnectAsync(failure => OnFailure(epoch, failure), stopped);
            await ListenAsync(connection, epoch, stopped);
            return (await connection.Closed)?.Message ?? "closed by the broker";
        }
        catch (StompServerErrorException e) when (connection is not null)
        {
            return Failed(connection.EndPoint, e, PauseAfterLoss);
        }
        catch (StompException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !stopped.IsCancellationRequested)
        {
            // A daemon that doesn't try again is deaf for ever, whatever it was: something that was cancelled included.
            Log.Unexpected("listening to the broker", e);
            return e.Message;
        }
        finally
        {
            // When stopping, the supervisor still acknowledges on it, disconnects and disposes of it.
            if (connection is not null && !stopped.IsCancellationRequested)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task ListenAsync(StompConnection connection, int epoch, CancellationToken stopped)
    {
        var prefetch = PrefetchOf(settings).ToString(CultureInfo.InvariantCulture);
        await connection.SubscribeAsync(
            SubscriptionId, settings.Queues.Pending, StompAckMode.ClientIndividual,
            [new StompHeader("activemq.prefetchSize", prefetch)], stopped);
        Volatile.Write(ref _silentSince, Connected);
        Log.Connected(connection.EndPoint.ToString(), settings.Queues.Pending);
        await events.WriteAsync(new DaemonEvent.BrokerConnected(connection, epoch), stopped);
        _firstAttempt.TrySetResult($"connected to {connection.EndPoint}");
        await foreach (var message in connection.Messages.ReadAllAsync(stopped))
        {
            await events.WriteAsync(new DaemonEvent.MessageArrived(message, epoch), stopped);
        }
    }

    private void OnFailure(int epoch, StompConnectFailure failure)
    {
        Volatile.Write(ref _silentSince, Stopwatch.GetTimestamp());
        events.TryWrite(new DaemonEvent.BrokerLost(epoch, Failed(failure.EndPoint, failure.Exception, failure.RetryDelay)));
    }

    // What a person can do depends on whether the broker was reached.
    private string Failed(BrokerEndPoint endPoint, StompException failure, TimeSpan delay)
    {
        var words = failure is StompServerErrorException
            ? $"refuses us, retrying: {endPoint}: {failure.Message}; check broker.username, broker.password_file and that user's rights on the queues"
            : $"unreachable, retrying: {failure.Message}";
        _firstAttempt.TrySetResult($"broker {words}");
        Log.ConnectFailed(words, delay);
        return words;
    }
}

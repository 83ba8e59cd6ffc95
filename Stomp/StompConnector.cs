using System.Diagnostics;

namespace Autoreduction.Stomp;

/// <summary>Connects to the first of several brokers that answers, and tries for ever, with back-off and jitter.</summary>
/// <remarks>The back-off outlives a connection that broke at once, so that a flapping broker isn't flooded.</remarks>
public sealed class StompConnector(BrokerUri uri, StompConnectionOptions options)
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);
    private int _failures;
    private long _connectedAt;

    /// <summary>Connects.</summary>
    /// <param name="onFailure">Told of each attempt that failed.</param>
    /// <param name="cancellationToken">Cancelled when no connection is wanted any more.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<StompConnection> ConnectAsync(Action<StompConnectFailure>? onFailure, CancellationToken cancellationToken)
    {
        if (_connectedAt != 0)
        {
            var lasted = Stopwatch.GetElapsedTime(_connectedAt) >= Stable;
            _failures = lasted ? 0 : _failures + 1;
            _connectedAt = 0;
            await Task.Delay(_failures == 0 ? TimeSpan.Zero : Delay(), cancellationToken);
        }

        while (true)
        {
            var round = InOrder();
            foreach (var (index, endPoint) in round.Index())
            {
                try
                {
                    var connection = await StompConnection.ConnectAsync(endPoint, options, cancellationToken);
                    _connectedAt = Stopwatch.GetTimestamp();
                    return connection;
                }
                catch (StompException e)
                {
                    // The next broker of a round at once; the next round after a wait.
                    var isLast = index == round.Count - 1;
                    _failures += isLast ? 1 : 0;
                    var delay = isLast ? Delay() : TimeSpan.Zero;
                    onFailure?.Invoke(new(endPoint, e, delay));
                    await Task.Delay(delay, cancellationToken);
                }
            }
        }
    }

    private TimeSpan Delay() => uri.Reconnect.DelayAfter(_failures, Random.Shared.NextDouble());

    private IReadOnlyList<BrokerEndPoint> InOrder() =>
        uri.Reconnect.Randomize ? [.. uri.EndPoints.OrderBy(_ => Random.Shared.Next())] : uri.EndPoints;
}

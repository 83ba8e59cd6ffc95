using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Publishes this run's status messages on a connection of its own, which is made while other things are prepared.</summary>
internal sealed class StatusReporter : IAsyncDisposable
{
    private static readonly StompHeader[] Headers = [new("persistent", "true"), new("content-type", "application/json")];
    private readonly StompConnector _connector;

    // Cancelled by: DisposeAsync.
    private readonly CancellationTokenSource _disposed = new();
    private Task<StompConnection> _connection;

    /// <param name="order">Whose broker it is.</param>
    /// <param name="early">A connection to it that is there already; null: one is made now.</param>
    public StatusReporter(JobOrder order, StompConnection? early)
    {
        _connector = Broker.ConnectorOf(order.Broker, order.BrokerPassword);
        _connection = early is null ? ConnectAsync() : Task.FromResult(early);
    }

    /// <summary>Sends, and returns when the broker confirmed; tries again on new connections.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="body">JSON in UTF-8.</param>
    /// <param name="recorded">Nobody gets the message before this is done, or where it fails.</param>
    /// <param name="limit">For all of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StompConnectionException">It was not confirmed within <paramref name="limit"/>.</exception>
    public async Task SendAsync(string destination, byte[] body, Task recorded, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Cancelled by: the caller; the limit.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var connection = await _connection.WaitAsync(deadline.Token);

                // In a transaction: what waits in the buffers of a broker that stands still, while the daemon is asked to
                // publish it instead, must not appear later as well.
                var transaction = await connection.BeginAsync(deadline.Token);
                await connection.SendAsync(destination, body, Headers, transaction, withReceipt: false, deadline.Token);
                await recorded;
                await transaction.CommitAsync(deadline.Token);
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new StompConnectionException($"the broker did not confirm {destination} within {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
            }
            catch (StompException e)
            {
                Log.BrokerFailed(e.Message);
                await Broker.CloseAsync(_connection);
                _connection = ConnectAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await Broker.CloseAsync(_connection);
        _disposed.Dispose();
    }

    private Task<StompConnection> ConnectAsync() =>
        _connector.ConnectAsync(failure => Log.BrokerFailed(failure.Exception.Message), _disposed.Token);
}

using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// A connection to the broker that is made before there is a run, which so needn't wait for it. Nothing is said on it but
/// heart-beats. Where it fails nobody is told: the run makes its own, and says why that fails.
/// </summary>
internal sealed class EarlyConnection : IAsyncDisposable
{
    private readonly ExpectedRun _expected;

    // Cancelled by: the failure of the last broker; DisposeAsync; a run that doesn't want it.
    private readonly CancellationTokenSource _over = new();

    // Null: it is somebody else's.
    private Task<StompConnection>? _connection;

    private EarlyConnection(ExpectedRun expected)
    {
        _expected = expected;
        _connection = Broker.ConnectorOf(expected.Broker, expected.BrokerPassword).ConnectAsync(GiveUp, _over.Token);
        Tried = Task.WhenAny(_connection);
    }

    /// <summary>Completes when it is there or has failed.</summary>
    public Task Tried { get; }

    /// <summary>Whether it is there.</summary>
    public bool IsMade => _connection is { IsCompletedSuccessfully: true, Result.Closed.IsCompleted: false };

    /// <summary>Begins to make one; null where a run had better make its own.</summary>
    /// <param name="expected">Of the run that comes.</param>
    public static EarlyConnection? TryMake(ExpectedRun expected)
    {
        try
        {
            // Without heart-beats nobody finds out that it is dead before the run needs it.
            return expected.Broker.HeartBeat > TimeSpan.Zero ? new(expected) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file of the passcode can't be read: the run says so, if that is still true.
            return null;
        }
    }

    /// <summary>Hands it over, once; null where it is not there, or not to this run's broker, and it is closed then.</summary>
    public StompConnection? TryTake(JobOrder order)
    {
        if (!IsMade || Of(order.Broker, order.BrokerPassword) != Of(_expected.Broker, _expected.BrokerPassword))
        {
            _ = CloseAsync();
            return null;
        }

        var taken = _connection!.Result;
        _connection = null;
        return taken;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await _over.CancelAsync();
            await Broker.CloseAsync(connection);
        }
    }

    // The next broker of the list is tried at once, and none of them again.
    private void GiveUp(StompConnectFailure failure)
    {
        if (failure.RetryDelay > TimeSpan.Zero)
        {
            _over.Cancel();
        }
    }

    private static (string Uri, string Username, string PasswordFile, string? Password, string CaFile, TimeSpan HeartBeat) Of(BrokerSettings broker, string? password) =>
        (broker.Uri, broker.Username, broker.PasswordFile, password, broker.CaFile, broker.HeartBeat);
}

namespace Autoreduction.Stomp;

/// <summary>Frames that take effect together, or not at all.</summary>
public sealed class StompTransaction
{
    private readonly StompConnection _connection;

    internal StompTransaction(StompConnection connection, string id) => (_connection, Id) = (connection, id);

    /// <summary>Its name on the connection.</summary>
    public string Id { get; }

    /// <summary>Commits; returns when the broker confirmed.</summary>
    /// <exception cref="StompException">It isn't known, or refused.</exception>
    public Task CommitAsync(CancellationToken cancellationToken) => _connection.EndTransactionAsync("COMMIT", Id, cancellationToken);

    /// <summary>Takes everything back; returns when the broker confirmed.</summary>
    /// <exception cref="StompException">The connection is over, which takes it back too.</exception>
    public Task AbortAsync(CancellationToken cancellationToken) => _connection.EndTransactionAsync("ABORT", Id, cancellationToken);
}

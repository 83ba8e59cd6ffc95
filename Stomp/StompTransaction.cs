namespace Autoreduction.Stomp;

/// <summary>Frames that take effect together, or not at all.</summary>
public sealed class StompTransaction
{
    private readonly StompConnection _connection;
    private readonly List<Task> _frames = [];

    internal StompTransaction(StompConnection connection, string id) => (_connection, Id) = (connection, id);

    /// <summary>Its name on the connection.</summary>
    public string Id { get; }

    /// <summary>Commits; returns when the broker confirmed each of the frames, and the whole.</summary>
    /// <exception cref="StompServerErrorException">A frame or the whole was refused: nothing took effect.</exception>
    /// <exception cref="StompException">It isn't known.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Frames());
        }
        catch (Exception e) when (e is StompServerErrorException or ArgumentException)
        {
            await AbortAsync(cancellationToken);
            throw;
        }

        await _connection.EndTransactionAsync("COMMIT", Id, cancellationToken);
    }

    /// <summary>Takes everything back; returns when the broker confirmed.</summary>
    /// <exception cref="StompException">The connection is over, which takes it back too.</exception>
    public Task AbortAsync(CancellationToken cancellationToken) => _connection.EndTransactionAsync("ABORT", Id, cancellationToken);

    /// <summary>A frame was sent in it, and will be confirmed.</summary>
    internal void Add(Task confirmed)
    {
        lock (_frames)
        {
            _frames.Add(confirmed);
        }
    }

    private Task[] Frames()
    {
        lock (_frames)
        {
            return [.. _frames];
        }
    }
}

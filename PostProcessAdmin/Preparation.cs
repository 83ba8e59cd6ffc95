using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What was made ready while there was no run: an interpreter, a connection, and all that takes longer when it is done for the first time.</summary>
internal sealed class Preparation : IAsyncDisposable
{
    // A broker that stands still sends no runs, and is not waited for.
    private static readonly TimeSpan ConnectionLimit = TimeSpan.FromSeconds(1);

    private Preparation(WaitingPython? python, EarlyConnection? connection) => (Python, Connection) = (python, connection);

    /// <summary>The interpreter; null: the run starts its own.</summary>
    public WaitingPython? Python { get; }

    /// <summary>The connection; null: the run makes its own.</summary>
    public EarlyConnection? Connection { get; }

    /// <summary>Begins with it all; the daemon is told when a run can have it.</summary>
    /// <param name="directory">Of this process, while there is no job.</param>
    /// <param name="expected">The run to expect.</param>
    /// <exception cref="PosixException">This was not started by a daemon.</exception>
    public static Preparation Begin(string directory, ExpectedRun expected)
    {
        var up = InheritedDescriptor.Take(JobFiles.UpDescriptor);
        var connection = EarlyConnection.TryMake(expected);
        var python = expected.Reduction is { } reduction ? WaitingPython.TryStart(directory, reduction) : null;
        _ = FinishAsync();
        return new(python, connection);

        async Task FinishAsync()
        {
            FirstUse.Make();
            await Task.WhenAny(connection?.Tried ?? Task.CompletedTask, Task.Delay(ConnectionLimit));
            up.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Python?.Dispose();
        if (Connection is not null)
        {
            await Connection.DisposeAsync();
        }
    }
}

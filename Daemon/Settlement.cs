using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>A message that is dealt with without a job: what is sent for it, and its acknowledgement, in one transaction.</summary>
/// <remarks>On a connection that stays nothing is delivered again: what fails must be tried again here.</remarks>
/// <param name="Message">The message.</param>
/// <param name="Doing">What is done, for the log.</param>
/// <param name="Trying">When it may be tried again.</param>
internal sealed record Settlement(StompMessage Message, string Doing, BackOff Trying)
{
    /// <summary>What must be on disk first; null where nothing must, or it is.</summary>
    public Action? Prepare { get; set; }

    /// <summary>What is sent in the transaction; null: nothing.</summary>
    public Func<StompConnection, StompTransaction, Task>? Send { get; init; }

    /// <summary>Completes with the broker's word; null while it is not asked.</summary>
    public Task? Done { get; set; }

    /// <summary>Asks the broker.</summary>
    public async Task AskAsync(StompConnection connection)
    {
        if (Send is null)
        {
            await connection.AckAsync(Message, null, withReceipt: true, default);
            return;
        }

        var transaction = await connection.BeginAsync(default);
        await Send(connection, transaction);
        await connection.AckAsync(Message, transaction, withReceipt: false, default);
        await transaction.CommitAsync(default);
    }
}

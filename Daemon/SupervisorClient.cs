using System.Threading.Channels;
using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Asks the supervisor's loop from outside of it, and waits for the answer for a limited time.</summary>
/// <remarks>A <see cref="TimeoutException"/> says that the loop is stuck.</remarks>
internal sealed class SupervisorClient(ChannelWriter<DaemonEvent> events, TimeSpan? answerLimit = null)
{
    private readonly TimeSpan _answerLimit = answerLimit ?? TimeSpan.FromSeconds(5);

    public Task<DaemonStatus> StatusAsync(CancellationToken cancellationToken) =>
        AskAsync<DaemonStatus>(answer => new DaemonEvent.StatusAsked(answer), cancellationToken);

    public Task<IReadOnlyList<JobRecord>> JobsAsync(CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<JobRecord>>(answer => new DaemonEvent.JobsAsked(answer), cancellationToken);

    /// <summary>Cancels a job that is not finished; null where none of that name is known.</summary>
    public Task<CancelAnswer?> CancelAsync(string jobId, CancellationToken cancellationToken) =>
        AskAsync<CancelAnswer?>(answer => new DaemonEvent.JobCancelAsked(jobId, answer), cancellationToken);

    /// <summary>Cancels a run, or remembers to when it arrives.</summary>
    public Task<CancelAnswer> CancelAsync(RunRequest run, CancellationToken cancellationToken) =>
        AskAsync<CancelAnswer>(answer => new DaemonEvent.RunCancelAsked(run, answer), cancellationToken);

    /// <summary>Lets the daemon end when all running jobs have ended.</summary>
    public void Drain() => events.TryWrite(new DaemonEvent.DrainRequested());

    private async Task<T> AskAsync<T>(Func<TaskCompletionSource<T>, DaemonEvent> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        events.TryWrite(question(answer));
        return await answer.Task.WaitAsync(_answerLimit, cancellationToken);
    }
}

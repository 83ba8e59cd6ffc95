using System.Runtime.InteropServices;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// The story of one message: the run announced, reduced, its outcome told, all cleaned up.
/// </summary>
internal sealed class Reduction(JobOrder order, SafeHandle jobLock, Preparation? prepared, CancellationToken interrupted)
{
    private static readonly TimeSpan StartedLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TerminalLimit = TimeSpan.FromSeconds(30);

    private readonly Trouble _trouble = Trouble.Of(order);
    private readonly OutcomeFiles _outcomes = new(order);
    private readonly PrivateDirectory _directory = new(order.Reduction.TemporaryDirectory, order.JobId);

    /// <summary>Does it all; the program's exit code.</summary>
    public async Task<int> RunAsync()
    {
        var message = JobMessage.Parse(_outcomes.ReadMessage());
        await using var reporter = new StatusReporter(order, prepared?.Connection?.TryTake(order));
        if (_outcomes.TryRead() is { } known)
        {
            Log.AlreadyReduced();
            return await FinishAsync(reporter, known, record: false);
        }

        if (!RunRequestReader.TryRead(message, out var run, out var error))
        {
            Log.Invalid(error);
            return await FinishAsync(reporter, _outcomes.Conclude(message, RunOutcome.Error(error), [], ""));
        }

        _trouble.Over();
        LogSetup.Of(run);
        Log.Begins(run.ToString(), order.Attempt, order.MessageId);
        try
        {
            return await FinishAsync(reporter, await ReduceAsync(reporter, message, run));
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            Log.Interrupted();
            _directory.Remove();
            return ExitCodes.TryAgain;
        }
        catch (CannotStartException e)
        {
            Log.CantStart(e.Message);
            _trouble.Tell($"can't start: {e.Message}");
            _directory.Remove();
            return ExitCodes.TryAgain;
        }
    }

    // While the connection is being made, the directory is; while the run is being announced, Python comes up.
    private async Task<Conclusion> ReduceAsync(StatusReporter reporter, JobMessage message, RunRequest run)
    {
        var taken = prepared?.Python?.TryTake(order, _directory) == true;
        if (!taken)
        {
            CreateDirectory();
        }

        var announced = AnnounceAsync(reporter, message);
        try
        {
            var reducer = new Reducer(order, run, _directory, jobLock) { SoftwareDirectory = _outcomes.SoftwareDirectory, Waiting = taken ? prepared!.Python : null };
            var stored = await reducer.RunAsync(announced, interrupted);
            return _outcomes.Conclude(message, stored.Outcome, stored.Directories, _directory.LogText(run));
        }
        finally
        {
            // Whatever came between: what was announced is noted.
            await Task.WhenAny(announced);
        }
    }

    private void CreateDirectory()
    {
        try
        {
            _directory.Create();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(e.Message, e);
        }
    }

    private async Task AnnounceAsync(StatusReporter reporter, JobMessage message)
    {
        if (_outcomes.IsAnnounced)
        {
            Log.AlreadyStarted();
            return;
        }

        try
        {
            // Written down while the connection is made; its name, which says that the broker confirmed, comes after that.
            using var note = await Task.Run(_outcomes.PrepareAnnounced, CancellationToken.None);
            await reporter.SendAsync(order.Queues.Started, message.ToUtf8(), Task.CompletedTask, StartedLimit, interrupted);
            note.Name();
            Log.Started(order.Queues.Started);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CannotStartException(e.Message, e);
        }
    }

    // The broker is sent the message while it is written down, and told that it counts when it is. Not interrupted any
    // more: it takes a moment, and the daemon waits for it. It is cleaned up after that: nobody waits for it.
    private async Task<int> FinishAsync(StatusReporter reporter, Conclusion conclusion, bool record = true)
    {
        var recorded = new TaskCompletionSource();
        var telling = TellAsync(reporter, conclusion, recorded.Task);
        try
        {
            if (record)
            {
                _outcomes.Record(conclusion);
            }

            recorded.SetResult();
        }
        catch (Exception e)
        {
            recorded.SetException(e);
            await telling;
            throw;
        }

        var code = await telling;
        _directory.Remove();
        return code;
    }

    private async Task<int> TellAsync(StatusReporter reporter, Conclusion conclusion, Task recorded)
    {
        var (outcome, terminal) = conclusion;
        if (outcome.Published)
        {
            return ExitCodes.Success;
        }

        try
        {
            await reporter.SendAsync(outcome.Destination, terminal, recorded, TerminalLimit, CancellationToken.None);
            _outcomes.Save(outcome with { Published = true });
            Log.Told(outcome.Destination);
            return ExitCodes.Success;
        }
        catch (Exception e)
        {
            // Where the outcome is on disk the daemon can publish it, whatever went wrong.
            Log.NotTold(outcome.Destination, e.Message);
            return ExitCodes.OutcomeUnpublished;
        }
    }
}

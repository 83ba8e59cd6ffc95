using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Brings what came of a run to where scientists find it: the results of a success, of anything else its logs.</summary>
internal sealed class ResultStore(JobOrder order, RunRequest run, PrivateDirectory directory, LongTermStorage storage, ScriptUser scriptUser)
{
    private readonly ResultPublisher _publisher = new(storage, order.JobId) { Trouble = Trouble.Of(order) };

    /// <summary>Stores; what is to be told then, and what was stored.</summary>
    /// <exception cref="OperationCanceledException">Interrupted before anything could be seen.</exception>
    public async Task<StoredRun> StoreAsync(RunOutcome outcome, DateTimeOffset began, CancellationToken interrupted) => outcome.Result == JobResult.Complete
            ? await StoreResultsAsync(outcome, began, interrupted)
            : await StoreLogsAsync(outcome, began, interrupted);

    private async Task<StoredRun> StoreResultsAsync(RunOutcome outcome, DateTimeOffset began, CancellationToken interrupted)
    {
        try
        {
            var tree = new ResultPackage(order, run, directory, scriptUser).Make(outcome, began);
            var stored = await _publisher.PublishAsync(tree, run.Overwrite, order.Reduction.PublishRetry, interrupted);
            foreach (var destination in outcome.Destinations.Where(IsElsewhere))
            {
                _publisher.CopyTo(destination, tree, scriptUser);
            }

            return new(outcome, stored);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailure(e);
            var reason = $"The script succeeded, but its results could not be copied to {_publisher.Root}: {e.Message.TrimEnd('.')}. They are kept on {Environment.MachineName} in {directory.Output}; ask the facility's staff to copy them.";
            directory.Keep(reason);
            return new(RunOutcome.Error(reason), null);
        }
    }

    // Best effort: the reason of the failure is told in any case, and soon. An earlier success is never replaced by logs.
    private async Task<StoredRun> StoreLogsAsync(RunOutcome outcome, DateTimeOffset began, CancellationToken interrupted)
    {
        try
        {
            var tree = new ResultPackage(order, run, directory, scriptUser).Make(outcome, began);
            var stored = await _publisher.PublishAsync(tree, replace: false, TimeSpan.Zero, interrupted);
            return new(outcome, stored);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailure(e);
            return new(outcome, null);
        }
    }

    // Storage that is away is expected; anything else is a fault of ours that somebody has to find.
    private static void LogFailure(Exception failure)
    {
        if (failure is IOException or UnauthorizedAccessException)
        {
            Log.NotStored(failure.Message);
            return;
        }

        Log.Unexpected(failure);
    }

    // Scripts like to return output_dir, which goes away.
    private bool IsElsewhere(string destination)
    {
        var path = $"{Path.TrimEndingDirectorySeparator(destination)}/";
        if (!path.StartsWith(directory.Root + "/", StringComparison.Ordinal))
        {
            return true;
        }

        if (path != directory.Output + "/")
        {
            Log.DestinationIgnored(destination, "it lies in the run's own directory, whose results are stored anyway");
        }

        return false;
    }
}

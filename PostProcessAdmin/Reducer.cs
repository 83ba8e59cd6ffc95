using System.Diagnostics;
using System.Runtime.InteropServices;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// Reduces a run: fetches script and data, runs the script, and stores what came of it. Knows no broker and no message.
/// </summary>
internal sealed class Reducer(JobOrder order, RunRequest run, PrivateDirectory directory, SafeHandle jobLock)
{
    private readonly DateTimeOffset _began = DateTimeOffset.Now;
    private readonly LongTermStorage _storage = new(ResultPaths.Of(run, order.Reduction), order.Reduction);

    /// <summary>The script that is run.</summary>
    public ReductionScript Script { get; init; } = ReductionScript.Of(run, order.Reduction);

    /// <summary>Where what is known of the reduction software is remembered; null: nowhere.</summary>
    public string? SoftwareDirectory { get; init; }

    /// <summary>The interpreter that waits for this run, in its private directory; null: it is to be started.</summary>
    public WaitingPython? Waiting { get; init; }

    /// <summary>Reduces and stores; what is to be told then, and what was stored.</summary>
    /// <param name="announced">The run's announcement: the script begins, and results are stored, after it.</param>
    /// <param name="interrupted">Ends it.</param>
    /// <exception cref="OperationCanceledException">Interrupted; nothing can be seen of the run.</exception>
    /// <exception cref="CannotStartException">It can't be run just now, or could not be announced.</exception>
    public async Task<StoredRun> RunAsync(Task announced, CancellationToken interrupted)
    {
        if (order.Reduction.ScriptUmask.Length > 0)
        {
            ProcessAttributes.SetUmask(Convert.ToInt32(order.Reduction.ScriptUmask, 8));
        }

        await _storage.WaitUntilReadyAsync(order.Reduction.TemporaryDirectory, Trouble.Of(order), interrupted);
        var user = ScriptUser.Ours;
        var outcome = await SayingWhyAsync(() =>
        {
            user = ScriptUser.Of(order.Reduction);
            return ReduceAsync(user, new Interpreter(order.Reduction, user), announced, interrupted);
        });

        // Where it failed before its script began.
        await announced;
        var began = Stopwatch.GetTimestamp();
        var stored = await new ResultStore(order, run, directory, _storage, user).StoreAsync(outcome, _began, interrupted);
        stored = stored with { StoringTime = Stopwatch.GetElapsedTime(began) };
        if (stored.Results is not null)
        {
            Log.Stored(stored.StoringTime.TotalSeconds);
        }

        return stored;
    }

    private async Task<RunOutcome> ReduceAsync(ScriptUser user, Interpreter interpreter, Task announced, CancellationToken interrupted)
    {
        using var gate = FifoGate.Create(directory.Gate);
        Script.CopyTo(directory.Script);
        var data = run.Data.Select(path => PathMap.ToLocal(path, order.Reduction.PathMap)).ToList();
        await File.WriteAllTextAsync(directory.Request, DriverRequest.Of(run, order.Reduction, Script, directory, data), CancellationToken.None);
        directory.OpenTo(user);
        foreach (var path in data)
        {
            await DataFileWaiter.WaitAsync(path, order.Reduction.DataFileWait, interrupted);
        }

        var environment = ScriptEnvironment.Of(new(JobFiles.TagVariable, order.JobId), order.Reduction, directory, SettingsEnvironment.Current);
        var version = await new SoftwareProbe(order.Reduction, SoftwareDirectory, run.InstrumentFolder) { Bystander = Waiting?.Pid }.FindAsync(interpreter, environment, directory, interrupted);
        var (status, exceeded) = await new ScriptProcess(order, run, directory, interpreter, environment, gate, jobLock) { Waiting = Waiting }.RunAsync(announced, interrupted);

        var outcome = exceeded is null
            ? new DriverResult(directory, run, interpreter).Read(status)
            : RunOutcome.Error(exceeded);
        return outcome with { Software = outcome.Software ?? version };
    }

    private static async Task<RunOutcome> SayingWhyAsync(Func<Task<RunOutcome>> reduce)
    {
        try
        {
            return await reduce();
        }
        catch (RunFailedException e)
        {
            return RunOutcome.Error(e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or CannotStartException))
        {
            Log.Unexpected(e);
            return RunOutcome.Error($"The reduction could not be run: {e.Message}. The facility's staff should look at admin_log.");
        }
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Runs the driver with the script, within the limits, and leaves nothing of it behind.</summary>
internal sealed class ScriptProcess(
    JobOrder order, RunRequest run, PrivateDirectory directory, Interpreter interpreter, IReadOnlyDictionary<string, string> environment,
    FifoGate gate, SafeHandle jobLock)
{
    /// <summary>The descriptor of the interpreter that holds the job's lock.</summary>
    public const int LockDescriptor = 3;

    // The driver's exit code where it was not told what to run, or could not become it: nothing was run.
    private const int GateClosed = 75;
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(2);

    private readonly ScriptLimits _limits = ScriptLimits.Of(order.Reduction);
    private readonly MemoryMeter _memory = new(directory.Root);
    private readonly SilenceWatch _silence = new([directory.ScriptLog(run), directory.MantidLog(run)]);

    /// <summary>The interpreter that came up already; null: none.</summary>
    public WaitingPython? Waiting { get; init; }

    /// <summary>Runs the script to its end. Python comes up while the run is announced; the script begins after that.</summary>
    /// <param name="announced">The announcement.</param>
    /// <param name="interrupted">Ends it.</param>
    /// <returns>How it ended, and what limit it exceeded.</returns>
    /// <exception cref="OperationCanceledException">Interrupted; nothing of it is left.</exception>
    /// <exception cref="RunFailedException">The interpreter can't be started.</exception>
    /// <exception cref="CannotStartException">The machine has no room for a process just now.</exception>
    public async Task<(ExitStatus Status, string? Exceeded)> RunAsync(Task announced, CancellationToken interrupted)
    {
        interrupted.ThrowIfCancellationRequested();
        if (Waiting?.TryTell(order, run, environment) is { } waited)
        {
            var (status, exceeded) = await RunAsync(waited, announced, interrupted);
            if (status is not { Exited: true, ExitCode: GateClosed } || File.Exists(directory.Begun) || File.Exists(directory.Result))
            {
                return (status, exceeded);
            }

            Log.NoPythonWaits(CappedText.TailOfFile(directory.MantidLog(run), 500).TrimEnd());

            // The next one says it again.
            File.Delete(directory.ScriptLog(run));
            File.Delete(directory.MantidLog(run));
        }

        return await RunAsync(Start(), announced, interrupted);
    }

    private async Task<(ExitStatus Status, string? Exceeded)> RunAsync(ScriptChild started, Task announced, CancellationToken interrupted)
    {
        using var child = started;
        Log.ScriptStarted(child.Process.Pid, string.Join(' ', order.Reduction.Python));
        var began = Stopwatch.GetTimestamp();
        (string? exceeded, ExitStatus? status, var hasResult) = (null, null, false);
        try
        {
            await announced.WaitAsync(interrupted);
            gate.Open();
            began = Stopwatch.GetTimestamp();
            while (!child.Ended.IsCompleted && exceeded is null)
            {
                await Task.WhenAny(child.Ended, Task.Delay(_limits.NextLook(Stopwatch.GetElapsedTime(began)), interrupted));
                interrupted.ThrowIfCancellationRequested();
                exceeded = child.Ended.IsCompleted ? null : _limits.WhatExceeds(Stopwatch.GetElapsedTime(began), _silence.Look(), () => _memory.Of(ProcessSearch.DescendantsOf(Environment.ProcessId)));

                // Asked now: a script that answers the TERM that follows by returning has not returned in time.
                hasResult = exceeded is not null && File.Exists(directory.Result);
            }
        }
        finally
        {
            if (child.Ended.IsCompleted)
            {
                status = child.Reap();
            }
            else
            {
                Log.ScriptStopped(exceeded ?? "interrupted");
            }

            // What a script left behind when it returned gets a shorter grace than a script that is stopped.
            await EndEverythingAsync(status is null ? order.KillGrace : LeftoverGrace);
        }

        // A process that can't even be killed, as in a dead mount, is not waited for: the run would never be told.
        if (status is null && await Task.WhenAny(child.Ended, Task.Delay(KillLimit, CancellationToken.None)) == child.Ended)
        {
            status = child.Reap();
        }

        Log.ScriptEnded(status?.ToString() ?? "it can't be ended", Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (status ?? default, hasResult ? null : exceeded);
    }

    private ScriptChild Start() => new(reaper => interpreter.Start(
        reaper,
        [directory.Driver, directory.Request],
        environment,
        directory.Output,
        [
            SpawnDescriptor.OpenAppend(1, directory.ScriptLog(run), FileBits.Readable),
            SpawnDescriptor.OpenAppend(2, directory.MantidLog(run), FileBits.Readable),
            SpawnDescriptor.Inherit(LockDescriptor, jobLock),
        ]));

    private async Task EndEverythingAsync(TimeSpan grace)
    {
        // As of most scripts. We are a subreaper: whoever is left would be a child of ours, or below one.
        if (!ChildReaper.HasChildren)
        {
            return;
        }

        var left = await new ProcessTree(Processes).EndAsync(grace, KillLimit);
        if (left.Count > 0)
        {
            Log.LeftoversRemain(string.Join(", ", left));
        }
    }

    // We are a subreaper: whatever forked and let its parent die is a child of ours. The tag finds what isn't.
    private IReadOnlyList<int> Processes() =>
        [.. ProcessSearch.DescendantsOf(Environment.ProcessId)
            .Union(ProcessSearch.WithEnvironment(JobFiles.TagVariable, order.JobId))
            .Where(pid => pid != Environment.ProcessId)];
}

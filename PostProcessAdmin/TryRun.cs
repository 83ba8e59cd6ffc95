using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>One run for the author of a script: no broker, what the script prints on the terminal, the outcome at the end.</summary>
internal sealed class TryRun(RunRequest run, ReductionSettings settings, string? scriptPath, string? output)
{
    // An author who mistyped a path shall not wait as the daemon does for an archive.
    private static readonly TimeSpan LongestDataFileWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);

    /// <summary>Runs it; the exit code tells the outcome.</summary>
    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        ProcessAttributes.BecomeSubreaper();
        LogSetup.ToTerminal();
        var work = Directory.CreateTempSubdirectory("autoreduction-try-").FullName;
        var results = output is null ? Path.Combine(work, "results") : Path.GetFullPath(output);
        try
        {
            return await RunAsync(work, results, interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("interrupted");
            return ExitCodes.Interrupted;
        }
        catch (CannotStartException e)
        {
            await Console.Error.WriteLineAsync($"can't be run here now: {e.Message}");
            return ExitCodes.TryAgain;
        }
        finally
        {
            if (!Directory.EnumerateFileSystemEntries(work).Any())
            {
                Directory.Delete(work);
            }
        }
    }

    private async Task<int> RunAsync(string work, string results, CancellationToken interrupted)
    {
        var order = OrderOf(work, results);
        var directory = new PrivateDirectory(work, order.JobId);
        directory.Create();
        try
        {
            using var held = FileLock.TryAcquire(Path.Combine(directory.Root, "lock"), FileBits.OwnerOnly, TimeSpan.Zero)!;
            await using var live = new LiveOutput(directory.ScriptLog(run), directory.MantidLog(run));
            var script = scriptPath is null ? ReductionScript.Of(run, order.Reduction) : new(Path.GetFullPath(scriptPath), null);
            var reducer = new Reducer(order, run, directory, held.Descriptor) { Script = script };
            var stored = await reducer.RunAsync(Task.CompletedTask, interrupted);
            await live.DisposeAsync();
            Tell(stored);
            return ExitCodes.Of(stored.Outcome.Result);
        }
        finally
        {
            directory.Remove();
        }
    }

    private JobOrder OrderOf(string work, string results) => new()
    {
        JobId = $"try-{Environment.ProcessId}",
        JobDirectory = work,
        MessageId = "none",
        Attempt = 1,
        Broker = new BrokerSettings(),
        Queues = new QueueSettings(),
        Reduction = settings with
        {
            TemporaryDirectory = work,
            ResultsDirectory = results,
            DataFileWait = settings.DataFileWait < LongestDataFileWait ? settings.DataFileWait : LongestDataFileWait,
            PublishRetry = TimeSpan.Zero,

            // Of the daemon: an author is no root, and stores nothing there.
            StorageMountPoint = "",
            ScriptUser = "",
        },
        KillGrace = KillGrace,
    };

    private static void Tell(StoredRun run)
    {
        Console.WriteLine();
        Console.WriteLine($"{run.Outcome.Result}{(run.Outcome.Message is { } message ? $": {message}" : "")}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stored in {run.StoringTime.TotalSeconds:0.00} s"));
        if (run.Results is not { } results)
        {
            return;
        }

        Console.WriteLine($"files in {results.Directory}");
        foreach (var name in results.Names.Order(StringComparer.Ordinal))
        {
            Console.WriteLine($"{(new FileInfo(Path.Combine(results.Directory, name)) is { Exists: true } file ? file.Length : 0),14:N0}  {name}");
        }
    }
}

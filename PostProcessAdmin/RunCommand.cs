using System.CommandLine;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NLog;

namespace Autoreduction.PostProcessAdmin;

/// <summary><c>run</c>: reduces the run of a job directory, as the daemon orders it.</summary>
internal static class RunCommand
{
    public static Command Make(CancellationToken interrupted)
    {
        var directory = new Option<string>("--job-directory") { Description = "Directory of the job, with message.json; of one that waits for a job, its own", Required = true };
        var room = new Option<string>("--room") { Description = "Is overwritten with the directory of the job that comes", Hidden = true };
        var python = new Option<string>("--python") { Description = "The interpreter of the job that comes", Hidden = true };
        var pythonPath = new Option<string[]>("--python-path") { Description = "What is put in front of PYTHONPATH then", Hidden = true };
        var temporary = new Option<string>("--temporary-directory") { Description = "Where the job's private directory will be", Hidden = true };
        var command = new Command("run", "Reduce one run. Started by the daemon, which releases it through descriptor 3; descriptor 4 is the job's lock.")
        {
            directory, room, python, pythonPath, temporary,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(directory),
            parsed.GetValue(room) is not null,
            parsed.GetValue(python) is { } program
                ? new() { Python = [program], PythonPath = parsed.GetValue(pythonPath) ?? [], TemporaryDirectory = parsed.GetRequiredValue(temporary) }
                : null,
            interrupted));
        return command;
    }

    private static async Task<int> RunAsync(string directory, bool isStandby, ReductionSettings? expected, CancellationToken interrupted)
    {
        // The log's file comes with its first line, which only a released run writes.
        var ordering = Gate.WaitForOrderAsync(interrupted);
        LogSetup.To(new JobFiles(directory).AdminLog);
        using var waiting = GetReady(directory, expected, isStandby);
        if (await ordering is not { } order)
        {
            return ExitCodes.GateClosed;
        }

        if (order.JobDirectory != directory)
        {
            Show(order);
            waiting?.MoveTo(order.JobDirectory);
        }

        LogSetup.Of(order);
        using var held = InheritedDescriptor.Take(JobFiles.LockDescriptor);
        ProcessAttributes.BecomeSubreaper();
        try
        {
            return await new Reduction(order, held, waiting, interrupted).RunAsync();
        }
        catch (Exception e)
        {
            // Nothing could be reported; the daemon does it on our behalf, with the tail of the log.
            Log.Unexpected(e);
            return ExitCodes.Failed;
        }
        finally
        {
            LogManager.Shutdown();
        }
    }

    // While there is nothing else to do.
    private static WaitingPython? GetReady(string directory, ReductionSettings? expected, bool isStandby)
    {
        var up = isStandby ? InheritedDescriptor.Take(JobFiles.UpDescriptor) : null;
        var python = expected is null ? null : WaitingPython.TryStart(directory, expected);
        _ = FinishAsync();
        return python;

        async Task FinishAsync()
        {
            await FirstUse.MakeAsync();
            up?.Dispose();
        }
    }

    // It was started before there was the job: who looks at the processes finds it as one that was started for it.
    private static void Show(JobOrder order)
    {
        OwnArguments.Replace(["run", "--job-directory", order.JobDirectory]);
        OwnEnvironment.Replace(JobFiles.RoomVariable, JobFiles.TagVariable, order.JobId);
    }
}

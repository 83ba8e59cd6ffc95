using System.CommandLine;
using System.Text.Json;
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
        var command = new Command("run", "Reduce one run. Started by the daemon, which releases it through descriptor 3; descriptor 4 is the job's lock.")
        {
            directory, room,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(directory), parsed.GetValue(room) is not null, interrupted));
        return command;
    }

    private static async Task<int> RunAsync(string directory, bool isStandby, CancellationToken interrupted)
    {
        // The log's file comes with its first line, which only a released run writes.
        var ordering = Gate.WaitForOrderAsync(interrupted);
        LogSetup.To(new JobFiles(directory).AdminLog);
        await using var prepared = isStandby ? Prepare(directory) : null;
        if (await ordering is not { } order)
        {
            return ExitCodes.GateClosed;
        }

        if (order.JobDirectory != directory)
        {
            Show(order);
            prepared?.Python?.MoveTo(order.JobDirectory);
        }

        LogSetup.Of(order);
        using var held = InheritedDescriptor.Take(JobFiles.LockDescriptor);
        ProcessAttributes.BecomeSubreaper();
        try
        {
            return await new Reduction(order, held, prepared, interrupted).RunAsync();
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

    // The daemon says what it expects as soon as it has started us; where it doesn't, the gate closes too.
    private static Preparation? Prepare(string directory)
    {
        using var pipe = InheritedDescriptor.Take(JobFiles.ExpectedDescriptor);
        var told = InheritedDescriptor.ReadToEnd(pipe, JobOrder.MaxBytes);
        return told.Length > 0 ? Preparation.Begin(directory, JsonSerializer.Deserialize(told, ContractJson.Default.ExpectedRun)!) : null;
    }

    // It was started before there was the job: who looks at the processes finds it as one that was started for it.
    private static void Show(JobOrder order)
    {
        OwnArguments.Replace(["run", "--job-directory", order.JobDirectory]);
        OwnEnvironment.Replace(JobFiles.RoomVariable, JobFiles.TagVariable, order.JobId);
    }
}

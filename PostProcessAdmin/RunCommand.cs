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
        var directory = new Option<string>("--job-directory") { Description = "Directory of the job, with message.json", Required = true };
        var command = new Command("run", "Reduce one run. Started by the daemon, which releases it through descriptor 3; descriptor 4 is the job's lock.") { directory };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(directory), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(string directory, CancellationToken interrupted)
    {
        // The log's file comes with its first line, which only a released run writes.
        var ordering = Gate.WaitForOrderAsync(interrupted);
        LogSetup.To(new JobFiles(directory).AdminLog);
        if (await ordering is not { } order)
        {
            return ExitCodes.GateClosed;
        }

        LogSetup.Of(order);
        using var held = InheritedDescriptor.Take(JobFiles.LockDescriptor);
        ProcessAttributes.BecomeSubreaper();
        try
        {
            return await new Reduction(order, held, interrupted).RunAsync();
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
}

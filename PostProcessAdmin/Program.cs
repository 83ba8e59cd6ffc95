using System.CommandLine;
using System.Runtime.InteropServices;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NLog;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The program that owns one run, from its message to its terminal status.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var directory = new Option<string>("--job-directory") { Description = "Directory of the job, with message.json", Required = true };
        var run = new Command("run", "Reduce one run. Started by the daemon, which releases it through descriptor 3; descriptor 4 is the job's lock.") { directory };
        run.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(directory)));
        var command = new RootCommand("Reduces one run and reports what came of it.") { run }.Parse(args);
        var code = await command.InvokeAsync();
        return command.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static async Task<int> RunAsync(string directory)
    {
        // Cancelled by: SIGTERM and SIGINT, from the daemon when it stops, or from a person.
        using var interrupted = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Interrupt(context, interrupted));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, interrupted));
        if (await Gate.WaitForOrderAsync(interrupted.Token) is not { } order)
        {
            return ExitCodes.GateClosed;
        }

        using var held = InheritedDescriptor.Take(JobFiles.LockDescriptor);
        ProcessAttributes.BecomeSubreaper();
        LogSetup.To(new JobFiles(directory).AdminLog);
        try
        {
            return await new Reduction(order, held, interrupted.Token).RunAsync();
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

    private static void Interrupt(PosixSignalContext context, CancellationTokenSource interrupted)
    {
        context.Cancel = true;
        interrupted.Cancel();
    }
}

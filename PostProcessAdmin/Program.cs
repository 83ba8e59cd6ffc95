using System.CommandLine;
using System.Runtime.InteropServices;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The program that owns one run, from its message to its terminal status.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        MonoHelper.TakeFromBesideProgram();

        // The daemon hands no passcode on in the environment, but the author of a script may have one.
        ProcessAttributes.ForbidDumping();
        _ = SettingsEnvironment.Current;
        OwnEnvironment.Erase(SettingsFile.PasswordVariable);

        // Cancelled by: SIGTERM and SIGINT, from the daemon when it stops, or from a person.
        using var interrupted = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Interrupt(context, interrupted));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, interrupted));
        var command = new RootCommand("Reduces one run and reports what came of it.")
        {
            RunCommand.Make(interrupted.Token), TryCommand.Make(interrupted.Token),
        }.Parse(args);

        // The library's own handling of signals would end us 2 s after the first, whatever still has to be ended.
        var code = await command.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return command.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static void Interrupt(PosixSignalContext context, CancellationTokenSource interrupted)
    {
        context.Cancel = true;
        interrupted.Cancel();
    }
}

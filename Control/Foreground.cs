using System.Runtime.InteropServices;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>start --foreground</c>: becomes the daemon; as pid 1 of a container stays as a small init above it.</summary>
internal static class Foreground
{
    private const int SignalExitBase = 128;

    public static int Run(IReadOnlyList<string> arguments, IReadOnlyList<SpawnDescriptor> descriptors, int umask)
    {
        ProcessAttributes.SetUmask(umask);
        Directory.SetCurrentDirectory("/");
        if (Environment.ProcessId != 1)
        {
            ProgramImage.Replace(DaemonProgram.Path, arguments, DaemonProgram.ForegroundEnvironment, descriptors);
        }

        // Pid 1 reaps every orphan of the container, which must not mix with the daemon's own children. Without SIGCHLD: in
        // pid 1 the runtime's handler of it reaps all children itself, and the daemon's status would be lost.
        using var ended = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new ChildReaperOptions { SubscribeToSigchld = false }, _ => ended.Set(), (_, _) => { });
        using var child = reaper.Start(new SpawnRequest
        {
            ProgramPath = DaemonProgram.Path,
            Arguments = arguments,
            Environment = DaemonProgram.ForegroundEnvironment,
            WorkingDirectory = "/",
            NewProcessGroup = true,
            Descriptors = descriptors,
        });
        PosixSignalRegistration[] forwarded =
            [.. new[] { Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP, Signals.SIGUSR1, Signals.SIGUSR2 }.Select(signal => Forward(signal, child))];
        ended.Wait();
        Array.ForEach(forwarded, registration => registration.Dispose());
        var status = reaper.Reap(child.Pid);
        return status.Exited ? status.ExitCode : SignalExitBase + status.Signal;
    }

    private static PosixSignalRegistration Forward(int signal, ChildProcess child) =>
        PosixSignalRegistration.Create((PosixSignal)signal, context =>
        {
            context.Cancel = true;
            child.PidFd.TrySendSignal(signal);
        });
}

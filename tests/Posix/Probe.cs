using System.Diagnostics;
using System.Text;
using Autoreduction.Posix;

namespace Autoreduction.Tests.Posix;

/// <summary>Runs programs for these tests: the probe child, and shells that are spawned as our programs spawn.</summary>
internal static class Probe
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "TestChild");

    /// <summary>Runs a shell script in which $0 is the probe; what it printed.</summary>
    public static async Task<string> ShellAsync(string script, CancellationToken token, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, Path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync(token);
        await shell.WaitForExitAsync(token);
        return output.TrimEnd();
    }

    public static SpawnRequest Shell(string script, params string[] arguments) =>
        new() { ProgramPath = "/bin/sh", Arguments = ["-c", script, "sh", .. arguments], Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" } };

    /// <summary>Spawns, waits, reaps; what it printed.</summary>
    public static string OutputOf(SpawnRequest request)
    {
        using var pipe = GatePipe.Create();
        using var child = Spawner.Start(request with { Descriptors = [SpawnDescriptor.Inherit(1, pipe.WriteEnd), .. request.Descriptors] });
        pipe.CloseWriteEnd();
        var output = Encoding.UTF8.GetString(InheritedDescriptor.ReadToEnd(pipe.ReadEnd, 1 << 20));
        ChildProcess.Wait(child.Pid);
        return output.TrimEnd('\n');
    }

    public static ExitStatus StatusOf(SpawnRequest request)
    {
        using var child = Spawner.Start(request);
        return ChildProcess.Wait(child.Pid);
    }

    /// <summary>Ends a child of a test.</summary>
    public static ExitStatus End(ChildProcess child)
    {
        child.PidFd.TrySendSignal(Signals.SIGKILL);
        return ChildProcess.Wait(child.Pid);
    }
}

using System.Diagnostics;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>A process whose system calls of some names fail, as long as this exists: strace makes them.</summary>
internal sealed class FailingCalls : IAsyncDisposable
{
    private readonly Process _strace;
    private readonly Task<string> _said;

    private FailingCalls(Process strace) => (_strace, _said) = (strace, strace.StandardError.ReadToEndAsync());

    /// <summary>Has the calls of a process, in all its threads, fail with an errno; without the right to trace, the test is skipped.</summary>
    public static async Task<FailingCalls> InAsync(int pid, string calls, string errno, CancellationToken token)
    {
        var calling = new FailingCalls(Process.Start(new ProcessStartInfo("strace", ["-f", "-q", "-o", "/dev/null", "-e", $"trace={calls}", "-e", $"inject={calls}:error={errno}", "-p", $"{pid}"])
        {
            RedirectStandardError = true,
        })!);
        while (!Traced(pid))
        {
            if (calling._strace.HasExited)
            {
                Assert.Ignore($"needs to trace the daemon: {await calling._said}");
            }

            await Task.Delay(20, token);
        }

        return calling;
    }

    public async ValueTask DisposeAsync()
    {
        // It lets go of what it traces; killed, it might take that along.
        using (var strace = PidFd.TryOpen(_strace.Id))
        {
            strace?.TrySendSignal(Signals.SIGTERM);
        }

        await _strace.WaitForExitAsync();
        await _said;
        _strace.Dispose();
    }

    // Every thread: one that isn't yet could make the call.
    private static bool Traced(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task").All(task => !File.ReadAllText($"{task}/status").Contains("TracerPid:\t0\n", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // A thread ended meanwhile.
            return false;
        }
    }
}

using Autoreduction.Posix;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.TestChild;

/// <summary>What spawning does to this process's own descriptors.</summary>
internal static class Descriptors
{
    private const int Repetitions = 50;

    private static int Count => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Fails to spawn in each way, many times; the numbers of open descriptors before and after.</summary>
    public static string AfterFailingSpawns(string directory)
    {
        SpawnDescriptor[] files = [SpawnDescriptor.OpenAppend(1, Path.Combine(directory, "output"), FileBits.OwnerOnly)];
        SpawnRequest[] failing =
        [
            new() { ProgramPath = "/nowhere", Descriptors = files },
            new() { ProgramPath = "/etc/passwd", Descriptors = files },
            new() { ProgramPath = "/bin/true", WorkingDirectory = "/nowhere", Descriptors = files },
            new() { ProgramPath = "/bin/true", Descriptors = [.. files, SpawnDescriptor.OpenAppend(2, "/nowhere/file", FileBits.OwnerOnly)] },
        ];
        Array.ForEach(failing, Fail);
        var before = Count;
        for (var i = 0; i < Repetitions; i++)
        {
            Array.ForEach(failing, Fail);
        }

        return $"{before} {Count}";
    }

    /// <summary>Takes every descriptor, then spawns: what is said, and whether a child is left.</summary>
    /// <remarks>Each way is gone once before: the runtime itself needs descriptors to load what isn't loaded yet.</remarks>
    public static string SpawnWithoutAny()
    {
        var request = new SpawnRequest { ProgramPath = "/bin/sleep", Arguments = ["600"] };
        Fail(new() { ProgramPath = "/nowhere" });
        SpawnThenEnd(request);
        var taken = new List<SafeFileHandle>();
        try
        {
            while (true)
            {
                taken.Add(File.OpenHandle("/dev/null"));
            }
        }
        catch (IOException)
        {
            // None is left.
        }

        string said;
        try
        {
            SpawnThenEnd(request);
            said = "spawned";
        }
        catch (PosixException e)
        {
            said = $"{e.Call} {e.Errno}";
        }

        taken.ForEach(handle => handle.Dispose());
        return $"{said}, {ProcessSearch.DescendantsOf(Environment.ProcessId).Count} children";
    }

    /// <summary>Gives a child two of our descriptors, each under the number of the other.</summary>
    public static string Cross()
    {
        using var first = GatePipe.Create();
        using var second = GatePipe.Create();
        first.WriteAll("1"u8);
        second.WriteAll("2"u8);
        var (a, b) = ((int)first.ReadEnd.DangerousGetHandle(), (int)second.ReadEnd.DangerousGetHandle());
        using var output = new SafeFileHandle(1, ownsHandle: false);
        using var child = Spawner.Start(new SpawnRequest
        {
            ProgramPath = "/bin/cat",
            Arguments = [$"/proc/self/fd/{a}", $"/proc/self/fd/{b}"],
            Descriptors = [SpawnDescriptor.Inherit(1, output), SpawnDescriptor.Inherit(a, second.ReadEnd), SpawnDescriptor.Inherit(b, first.ReadEnd)],
        });
        child.PidFd.WaitForExit(Timeout.InfiniteTimeSpan);
        return "";
    }

    private static void Fail(SpawnRequest request)
    {
        try
        {
            SpawnThenEnd(request);
        }
        catch (PosixException)
        {
            // As it should.
        }
    }

    private static void SpawnThenEnd(SpawnRequest request)
    {
        using var child = Spawner.Start(request);
        child.PidFd.SendSignal(Signals.SIGKILL);
        child.PidFd.WaitForExit(Timeout.InfiniteTimeSpan);
    }
}

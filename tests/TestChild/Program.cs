using System.Globalization;
using System.Text;
using Autoreduction.Posix;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.TestChild;

/// <summary>A probe: does to its own process what a test must not do to the test's, and prints what came of it.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        try
        {
            Console.WriteLine(Run(args));
            return 0;
        }
        catch (IOException e)
        {
            Console.WriteLine(e.Message);
            return 1;
        }
    }

    private static string Run(string[] args) => args switch
    {
        ["spawn", .. var command] => Spawn(command, give: 1),
        ["spawn-giving", var number, .. var command] => Spawn(command, int.Parse(number, CultureInfo.InvariantCulture)),
        ["reap", .. var command] => Reap(command),
        ["strangers"] => Strangers.Reap(),
        ["remains"] => Strangers.Remains(),
        ["quick-children", var count] => Strangers.AmongQuickChildren(int.Parse(count, CultureInfo.InvariantCulture)),
        ["failing-spawns", var directory] => Descriptors.AfterFailingSpawns(directory),
        ["exhausted"] => Descriptors.SpawnWithoutAny(),
        ["crossing"] => Descriptors.Cross(),
        ["exec", .. var command] => Exec([], command),
        ["exec-with", var secret, .. var command] => Exec([SecretPipe.Of(secret).ForChild], command),
        ["rewrite", var path] => Rewrite(path),
        ["write", var path, var length] => Write(path, int.Parse(length, CultureInfo.InvariantCulture)),
        ["hold", var path] => Hold(path),
        ["rename", var from, var to] => $"{FileSystem.TryRenameDirectoryNoReplace(from, to)}",
        ["owner", var path] => $"{FileLock.OwnerOf(path)?.ToString(CultureInfo.InvariantCulture) ?? "none"}",
        ["signal", var pid] => $"{PidFd.TryOpen(int.Parse(pid, CultureInfo.InvariantCulture))!.SendSignal(Signals.SIGTERM)}",
        _ => throw new IOException($"unknown: {string.Join(' ', args)}"),
    };

    private static string Spawn(string[] command, int give)
    {
        using var output = new SafeFileHandle(1, ownsHandle: false);
        using var ended = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.Set());
        using var child = reaper.Start(new SpawnRequest
        {
            ProgramPath = command[0],
            Arguments = command[1..],
            Descriptors = [SpawnDescriptor.Inherit(1, output), .. give == 1 ? [] : (SpawnDescriptor[])[SpawnDescriptor.Inherit(give, output)]],
        });
        ended.Wait();
        return reaper.Reap(child.Pid).ToString();
    }

    // Without a reaper's SIGCHLD and pidfds: by the sweep alone.
    private static string Reap(string[] command)
    {
        using var ended = new ManualResetEventSlim();
        var options = new ChildReaperOptions { WatchPidfds = false, SubscribeToSigchld = false, Sweep = TimeSpan.FromMilliseconds(20) };
        using var reaper = new ChildReaper(options, _ => ended.Set());
        using var child = reaper.Start(new SpawnRequest { ProgramPath = command[0], Arguments = command[1..] });
        ended.Wait();
        return reaper.Reap(child.Pid).ToString();
    }

    private static string Exec(SpawnDescriptor[] descriptors, string[] command)
    {
        ProgramImage.Replace(command[0], command[1..], new Dictionary<string, string>(), descriptors);
        return "not replaced";
    }

    private static string Rewrite(string path)
    {
        for (var i = 0; ; i++)
        {
            DurableFile.Write(path, Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), 20_000)), FileBits.OwnerOnly);
        }
    }

    private static string Write(string path, int length)
    {
        DurableFile.Write(path, new byte[length], FileBits.OwnerOnly);
        return "written";
    }

    private static string Hold(string path)
    {
        using var held = FileLock.TryAcquire(path, FileBits.Readable, TimeSpan.Zero) ?? throw new IOException("held by another");
        Console.WriteLine("held");
        Console.In.ReadToEnd();
        return "released";
    }
}

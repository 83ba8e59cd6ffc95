using System.Collections.Concurrent;
using Autoreduction.Posix;

namespace Autoreduction.TestChild;

/// <summary>A subreaper with one child, whose orphans come to it.</summary>
internal static class Strangers
{
    /// <summary>How the child ended, then how its two orphans did.</summary>
    public static string Reap()
    {
        ProcessAttributes.BecomeSubreaper();
        using var told = new BlockingCollection<string>();
        using var ended = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.Set(), (_, status) => told.Add($"stranger {status}"));

        // The orphans live until the gate is closed.
        using var gate = GatePipe.Create();
        using var child = reaper.Start(new SpawnRequest
        {
            ProgramPath = "/bin/sh",
            Arguments = ["-c", "(read _ <&3; exit 5) & sh -c 'read _ <&3; kill -9 $$' & exit 7"],
            Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd)],
        });
        ended.Wait();
        var own = $"child {reaper.Reap(child.Pid)}";
        gate.CloseWriteEnd();
        string[] orphans = [told.Take(), told.Take()];
        return string.Join('\n', orphans.Order(StringComparer.Ordinal).Prepend(own));
    }

    /// <summary>Whether a child left nothing: while it lives, when it has left an orphan, when that is gone too.</summary>
    public static string Remains()
    {
        ProcessAttributes.BecomeSubreaper();
        using var ended = new ManualResetEventSlim();
        using var reaped = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.Set(), (_, _) => reaped.Set());

        // The orphan has left its session, and lives until its own gate is closed.
        using var gate = GatePipe.Create();
        using var orphanGate = GatePipe.Create();
        using var child = reaper.Start(new SpawnRequest
        {
            ProgramPath = "/bin/sh",
            Arguments = ["-c", "read _ <&3; setsid sh -c 'read _ <&4' & exit 0"],
            Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd), SpawnDescriptor.Inherit(4, orphanGate.ReadEnd)],
        });
        var told = new List<bool> { IsClean() };
        gate.WriteAll("\n"u8);
        ended.Wait();
        told.Add(IsClean());
        orphanGate.CloseWriteEnd();
        reaped.Wait();
        told.Add(IsClean());
        return string.Join(' ', told);

        bool IsClean() => reaper.WithoutRemains([child.Pid]).Contains(child.Pid);
    }

    /// <summary>Starts children that end at once, one after the other; how many were reaped as our own, and how many as strangers.</summary>
    public static string AmongQuickChildren(int count)
    {
        var strangers = 0;
        var ended = new BlockingCollection<int>();
        using var reaper = new ChildReaper(new ChildReaperOptions(), ended.Add, (_, _) => Interlocked.Increment(ref strangers));
        var reaped = 0;
        for (var i = 0; i < count; i++)
        {
            using var child = reaper.Start(new SpawnRequest { ProgramPath = "/bin/true" });
            reaped += reaper.Reap(ended.Take()) == ExitStatus.FromExitCode(0) ? 1 : 0;
        }

        return $"{reaped} exited with code 0, {strangers} strangers";
    }
}

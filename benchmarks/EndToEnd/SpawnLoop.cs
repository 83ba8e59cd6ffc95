using Autoreduction.Posix;

namespace Autoreduction.EndToEnd;

/// <summary>Spawn, gate and reap of a smallest child, one after the other.</summary>
internal static class SpawnLoop
{
    private const int Children = 500;
    private const int Repetitions = 7;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var tools = Environment.GetEnvironmentVariable("BENCHMARK_TOOLS")!;
        var child = Path.Combine(tools, "smallest_child");
        var (ours, peer) = await Timing.ByTurnsAsync(Repetitions,
            () => OursAsync(child), () => Timing.RunAsync(Path.Combine(tools, "spawn_loop"), child, $"{Children}"));
        return [new("spawn", "spawn + gate + reap of a smallest child", "a loop in C", "ms", PerChild(ours), PerChild(peer), 1.5)];
    }

    private static List<double> PerChild(List<double> seconds) => [.. seconds.Select(s => s * 1000 / Children)];

    private static async Task OursAsync(string program)
    {
        var ended = new SemaphoreSlim(0);
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.Release());
        for (var i = 0; i < Children; i++)
        {
            using var gate = GatePipe.Create();
            using var child = reaper.Start(new SpawnRequest
            {
                ProgramPath = program,
                NewSession = true,
                Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd)],
            });
            gate.CloseReadEnd();
            gate.CloseWriteEnd();
            await ended.WaitAsync();
            if (reaper.Reap(child.Pid) != ExitStatus.FromExitCode(0))
            {
                throw new InvalidOperationException($"{program} failed");
            }
        }
    }
}

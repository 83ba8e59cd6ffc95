namespace Autoreduction.StompBenchmarks;

/// <summary>What <c>benchmarks/stomp.sh</c> runs: frames alone, the two sides of a connection, or both clients beside each other.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["frames", var artifacts]:
                return FrameBenchmarks.Run(artifacts).HasCriticalValidationErrors ? 1 : 0;
            case ["peer"]:
                await Peer.RunAsync();
                return 0;
            case ["client", var port, var scenario, var rounds]:
                await Client.RunAsync(int.Parse(port), Scenario.Named(scenario), int.Parse(rounds));
                return 0;
            case ["compare", var script, var rounds, var json]:
                await Comparison.RunAsync(script, int.Parse(rounds), json);
                return 0;
            default:
                Console.Error.WriteLine("usage: frames | compare STOMP_PY_SCRIPT ROUNDS JSON | peer | client PORT SCENARIO ROUNDS");
                return 2;
        }
    }
}

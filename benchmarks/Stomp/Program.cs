using System.Globalization;
using Autoreduction.EndToEnd;
using Autoreduction.Tests.EndToEnd;

namespace Autoreduction.StompBenchmarks;

/// <summary>What <c>benchmarks/stomp.sh</c> runs: the comparisons that are asked for, and the sides of a connection that they start.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["ours", var port, var queue]:
                await Rounds.AnswerAsync(load => Client.BeginAsync(Port(port), queue, load));
                return 0;
            case ["raw", var port, var queue]:
                await Rounds.AnswerAsync(load => RawClient.BeginAsync(Port(port), queue, load));
                return 0;
            case ["compare", var script, var json, .. var wanted] when wanted.All(row => row is "frames" or "peer" or "activemq"):
                await CompareAsync(script, json, wanted);
                return 0;
            default:
                Console.Error.WriteLine("usage: compare STOMP_PY_SCRIPT JSON [frames] [peer] [activemq] | ours PORT QUEUE | raw PORT QUEUE");
                return 2;
        }
    }

    private static async Task CompareAsync(string script, string json, string[] wanted)
    {
        var rows = new List<Row>();
        if (wanted.Length == 0 || wanted.Contains("frames"))
        {
            Console.Error.WriteLine("measuring frames");
            rows.AddRange(FrameBenchmarks.Measure());
        }

        if (wanted.Length == 0 || wanted.Contains("peer"))
        {
            Console.Error.WriteLine("measuring clients beside each other");
            await using var peer = Peer.Start();
            rows.AddRange(await Comparison.WithPeerAsync(script, peer.Port));
        }

        if (wanted.Length == 0 || wanted.Contains("activemq"))
        {
            Console.Error.WriteLine("measuring clients of ActiveMQ");
            rows.AddRange(await WithActiveMqAsync(script));
        }

        Report.Print(rows);
        Report.Save(rows, json);
    }

    private static async Task<IReadOnlyList<Row>> WithActiveMqAsync(string script)
    {
        var directory = Directory.CreateTempSubdirectory("stomp-benchmark-").FullName;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            using var broker = await PrivateActiveMq.StartAsync(Path.Combine(directory, "broker"), limit.Token);
            return await Comparison.WithBrokerAsync(script, broker.Port);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

using Autoreduction.EndToEnd;

namespace Autoreduction.StompBenchmarks;

/// <summary>Our client, stomp.py and a raw socket by turns, each in a process of its own, against the same far side.</summary>
internal sealed class Comparison : IDisposable
{
    // All of them are for processes that run for long.
    private const int WarmUp = 3;
    private const int Rounds = 7;
    private static readonly int[] Sizes = [1 << 10, 200_000];
    private readonly ClientProcess _ours;
    private readonly ClientProcess _python;
    private readonly ClientProcess _raw;

    private Comparison(string script, int port)
    {
        _ours = new(Environment.ProcessPath!, "ours", port);
        _python = new("/usr/bin/python3", script, port);
        _raw = new(Environment.ProcessPath!, "raw", port);
    }

    /// <summary>Against a peer that answers at once.</summary>
    public static async Task<IReadOnlyList<Row>> WithPeerAsync(string script, int port)
    {
        using var comparison = new Comparison(script, port);
        var rows = new List<Row>();
        foreach (var size in Sizes)
        {
            foreach (var (load, ours, python, _) in await comparison.MeasureAsync(size == 1 << 10 ? 20_000 : 1_000, size))
            {
                rows.Add(Row(load, "", "stomp.py", ours, python, measured => measured.Wall, size == 1 << 10 ? 1 / 4.0 : 1 / 3.0));
            }
        }

        return rows;
    }

    /// <summary>Against a broker, which is then what takes the time.</summary>
    public static async Task<IReadOnlyList<Row>> WithBrokerAsync(string script, int port)
    {
        using var comparison = new Comparison(script, port);
        var rows = new List<Row>();
        foreach (var size in Sizes)
        {
            foreach (var (load, ours, python, raw) in await comparison.MeasureAsync(size == 1 << 10 ? 2_000 : 200, size))
            {
                rows.Add(Row(load, ", ActiveMQ", "raw socket", ours, raw, measured => measured.Wall, 1 / 0.95));
                rows.Add(Row(load, ", ActiveMQ: processor time", "stomp.py", ours, python, measured => measured.Processor, 1 / 4.0));
                rows.Add(Row(load, ", ActiveMQ: processor time of the raw socket", "stomp.py", raw, python, measured => measured.Processor, null));
            }
        }

        return rows;
    }

    public void Dispose()
    {
        _ours.Dispose();
        _python.Dispose();
        _raw.Dispose();
    }

    private async Task<Measured[]> MeasureAsync(int count, int size)
    {
        // Sent first: what a client consumes from a broker is what it sent.
        Measured[] all = [new(new(Consumes: false, count, size), [], [], []), new(new(Consumes: true, count, size), [], [], [])];
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            foreach (var (client, pick) in new (ClientProcess, Func<Measured, List<(double, double)>>)[]
                { (_ours, one => one.Ours), (_python, one => one.Python), (_raw, one => one.Raw) })
            {
                foreach (var one in all)
                {
                    var measured = await client.RoundAsync(one.Load);
                    if (round >= WarmUp)
                    {
                        pick(one).Add(measured);
                    }
                }
            }
        }

        return all;
    }

    private static Row Row(
        Load load, string what, string peer, List<(double, double)> ours, List<(double, double)> theirs, Func<(double Wall, double Processor), double> pick, double? goal) =>
        new($"{(load.Consumes ? "consume" : "send")}-{load.BodyBytes}", $"{(load.Consumes ? "consume and acknowledge" : "send with receipt")} {load.BodyBytes:N0} bytes × {load.Count:N0}{what}", peer, "s", [.. ours.Select(pick)], [.. theirs.Select(pick)], goal);

    private sealed record Measured(Load Load, List<(double, double)> Ours, List<(double, double)> Python, List<(double, double)> Raw);
}

namespace Autoreduction.EndToEnd;

/// <summary>One line of the table: ours beside a peer that was measured in the same run, or beside a limit.</summary>
/// <param name="Name">What can be given on the command line.</param>
/// <param name="What">What was measured.</param>
/// <param name="PeerName">What it is compared with.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Ours">Our figures, one a repetition.</param>
/// <param name="Peer">The peer's; of a limit, that alone.</param>
/// <param name="Goal">The largest ratio of ours to the peer's that meets the goal; null: there is none, it is to be compared with.</param>
internal sealed record Row(
    string Name, string What, string PeerName, string Unit, IReadOnlyList<double> Ours, IReadOnlyList<double> Peer, double? Goal)
{
    public double Ratio => Median(Ours) / Median(Peer);

    public static double Median(IReadOnlyList<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}

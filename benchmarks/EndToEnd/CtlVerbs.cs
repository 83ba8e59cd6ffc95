namespace Autoreduction.EndToEnd;

/// <summary>What people type: <c>status</c>, and <c>start</c> until the daemon is up.</summary>
internal static class CtlVerbs
{
    private const int Repetitions = 30;
    private const int Starts = 7;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using var site = await Site.OpenAsync();
        var starts = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            starts.Add(1000 * await Timing.SecondsAsync(() => Task.Run(() => site.Ctl("start"))));
            if (i < Starts - 1)
            {
                site.Ctl("stop", "--now");
            }
        }

        var handshakes = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            handshakes.Add(1000 * await Timing.SecondsAsync(() => HandshakeAsync(site)));
        }

        var (status, nothing) = await Timing.ByTurnsAsync(Repetitions, () => Task.Run(() => site.Ctl("status")), () => Timing.RunAsync("/bin/true"));
        var beyond = starts.Select(start => start - Row.Median(handshakes)).ToList();
        return
        [
            new("ctl", "autoreduction-ctl status, beyond /bin/true", "limit", "ms", [.. status.Select(s => 1000 * (s - Row.Median(nothing)))], [10], 1),
            new("ctl", "start until it is up, beyond the broker's handshake", "limit", "ms", beyond, [50], 1),
        ];
    }

    private static async Task HandshakeAsync(Site site)
    {
        await using var connection = await Stomp.StompConnection.ConnectAsync(new("127.0.0.1", site.Port, false), new(), default);
        await connection.SubscribeAsync("1", "/queue/Handshake", Stomp.StompAckMode.ClientIndividual, [], default);
        await connection.DisconnectAsync(default);
    }
}

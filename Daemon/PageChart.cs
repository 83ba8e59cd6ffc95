using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Durations over the last day as a picture: one mark a run, its shape and colour the outcome.</summary>
/// <param name="width">Width in pixels at which its text has its natural size.</param>
/// <param name="name">The class that shows or hides it.</param>
internal sealed class PageChart(int width, string name)
{
    private const int Height = 250;
    private const int Left = 52;
    private const int Right = 14;
    private const int Top = 12;
    private const int Bottom = 26;
    private const int MaxMarks = 500;
    private const double Day = 24;
    private static readonly (double Seconds, string Label)[] Ticks =
        [(1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (36_000, "10 h"), (360_000, "100 h")];

    /// <summary>The picture of the runs that ended within 24 hours of <paramref name="now"/>; of very many the latest.</summary>
    public PageHtml Of(IReadOnlyList<JobRecord> ended, DateTimeOffset now)
    {
        var runs = ended.Where(run => run is { Started: not null, Ended: { } end } && end > now.AddHours(-Day) && end <= now).TakeLast(MaxMarks).ToList();
        var longest = runs.Select(run => Seconds(run)).DefaultIfEmpty(0).Max();
        var last = Array.FindIndex(Ticks, tick => tick.Seconds >= Math.Max(60, longest));
        var ticks = Ticks[..((last < 0 ? Ticks.Length - 1 : last) + 1)];
        return PageHtml.Of($"""
            <svg class="{name}" viewBox="0 0 {width} {Height}" role="img" aria-label="Durations of the {runs.Count} runs that ended in the last 24 hours">
            {PageHtml.All(ticks.Select(tick => Horizontal(tick, ticks)))}{PageHtml.All(Hours(now))}{PageHtml.All(runs.Select(run => Mark(run, now, ticks)))}
            </svg>

            """);
    }

    private static double Seconds(JobRecord run) => (run.Ended!.Value - run.Started!.Value).TotalSeconds;

    private static double Y(double seconds, (double Seconds, string Label)[] ticks) =>
        Height - Bottom - (Height - Top - Bottom) * Math.Log(Math.Clamp(seconds, 1, ticks[^1].Seconds)) / Math.Log(ticks[^1].Seconds);

    private double X(double hoursAgo) => width - Right - (width - Left - Right) * hoursAgo / Day;

    private PageHtml Horizontal((double Seconds, string Label) tick, (double Seconds, string Label)[] ticks)
    {
        var y = Y(tick.Seconds, ticks);
        return PageHtml.Of($"""<path class="grid" d="M{Left} {y:0.#}H{width - Right}"/><text x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end">{tick.Label}</text>""");
    }

    // Every few full hours, as many as have room.
    private IEnumerable<PageHtml> Hours(DateTimeOffset now)
    {
        var step = width > 500 ? 3 : 6;
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, now.Offset);
        for (var back = 0; back < Day; back++, hour = hour.AddHours(-1))
        {
            if (hour.Hour % step == 0)
            {
                yield return PageHtml.Of($"""<text x="{X((now - hour).TotalHours):0.#}" y="{Height - 6}" text-anchor="middle">{hour:HH:mm}</text>""");
            }
        }
    }

    private PageHtml Mark(JobRecord run, DateTimeOffset now, (double Seconds, string Label)[] ticks)
    {
        var seconds = Seconds(run);
        var (x, y) = (X((now - run.Ended!.Value).TotalHours), Y(seconds, ticks));
        var title = PageHtml.Of($"<title>{run}: {run.Result}, {PageTimes.Span(TimeSpan.FromSeconds(Math.Max(0, seconds)))}</title>");
        return run.Result switch
        {
            JobResult.Complete => PageHtml.Of($"""<circle class="complete" cx="{x:0.#}" cy="{y:0.#}" r="3.2">{title}</circle>"""),
            JobResult.Skipped => PageHtml.Of($"""<circle class="skipped" cx="{x:0.#}" cy="{y:0.#}" r="3">{title}</circle>"""),
            JobResult.Cancelled => PageHtml.Of($"""<path class="cancelled" d="M{x - 4:0.#} {y:0.#}h8">{title}</path>"""),
            _ => PageHtml.Of($"""<path class="error" d="M{x - 4:0.#} {y - 4:0.#}l8 8m0-8l-8 8">{title}</path>"""),
        };
    }
}

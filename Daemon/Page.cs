using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>The page for people: what runs, what waits, what failed of late and why. HTML, SVG and CSS, no script.</summary>
internal sealed class Page(DaemonStatus status, IReadOnlyList<JobRecord> jobs, DateTimeOffset now)
{
    public const string ContentType = "text/html; charset=utf-8";

    private const int MaxRows = 10;
    private const int MaxFailed = 10;
    private const int MaxReason = 600;

    private readonly IReadOnlyList<JobRecord> _ended = [.. jobs.Where(job => job.Result is not null).OrderBy(job => job.Ended ?? job.Since)];

    public override string ToString() => PageHtml.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="refresh" content="15">
        <title>{Badge.Word} · autoreduction on {status.Host}</title>
        <style>{new PageHtml(PageStyle.Text)}</style>
        </head>
        <body>
        {Header}
        {Problems}
        {Tiles}
        {Running}
        {Failed}
        {Waiting}
        {Durations}
        <footer>Times are local (UTC{now:zzz}). This page renews itself every 15 seconds; it was made at {now:HH:mm:ss}.</footer>
        </body>
        </html>

        """).Markup;

    private (string Word, string Class) Badge => (status.State, status.Connected) switch
    {
        ("running", true) => ("running", "good"),
        ("running", false) => ("no broker", "bad"),
        _ => (status.State, "warn"),
    };

    private PageHtml Header => PageHtml.Of($"""
        <header><h1>Autoreduction on {status.Host}</h1><span class="badge {Badge.Class}">{Badge.Word}</span>
        <p class="soft">{(status.Connected ? "Connected to" : "Not connected:")} {status.Broker} · up for {PageTimes.Since(status.Since, now)} · version {status.Version} · pid {status.Pid}</p></header>
        """);

    private PageHtml Problems => status.Problems.Count == 0
        ? PageHtml.Empty
        : PageHtml.Of($"""<section class="alarm"><h2 class="bad">Someone should look</h2><ul>{PageHtml.All(status.Problems.Select(problem => PageHtml.Of($"""<li class="reason">{problem}</li>""")))}</ul></section>""");

    private PageHtml Tiles => PageHtml.Of($"""
        <div class="tiles">
        {Tile(PageHtml.Of($"{status.Running} <small class=\"soft\">of {status.MaxJobs}</small>"), "running")}
        {Tile(PageHtml.Of($"{status.Waiting}"), status.OldestWaiting is { } oldest ? $"waiting, the oldest for {PageTimes.Since(oldest, now)}" : "waiting")}
        {Tile(Count(JobResult.Complete), "complete in 24 h")}
        {Tile(Count(JobResult.Error), "failed in 24 h")}
        {Tile(Count(JobResult.Skipped), "skipped in 24 h")}
        </div>
        """);

    private PageHtml Running => Table("Running now", "Nothing runs.", [.. jobs.Where(job => IsAlive(job.State)).OrderBy(job => job.Started)],
        job => PageHtml.Of($"<td>{PageTimes.Since(job.Started, now)}</td><td class=\"wide\">{PageTimes.At(job.Started, now)}</td><td class=\"wide\">{job.State}</td><td class=\"wide\">{job.Pid}</td>"),
        "For", "Since", "State", "Pid");

    private PageHtml Waiting => Table("Waiting", "Nothing waits here.", [.. jobs.Where(job => job.State is JobState.Waiting or JobState.Retrying)],
        job => PageHtml.Of($"<td>{PageTimes.Since(job.Received, now)}</td><td class=\"wide\">{PageTimes.At(job.Received, now)}</td><td class=\"wide\">{(job.State == JobState.Retrying ? job.Message : "its turn")}</td><td class=\"wide\"></td>"),
        "For", "Since", "For what", "");

    private PageHtml Failed
    {
        get
        {
            var failed = _ended.Where(job => job.Result == JobResult.Error).Reverse().Take(MaxFailed).ToList();
            return PageHtml.Of($"""
                <section><h2>Failed lately</h2>
                {(failed.Count == 0 ? PageHtml.Of($"<p class=\"soft\">Nothing failed.</p>") : PageHtml.Of($"<ul>{PageHtml.All(failed.Select(Failure))}</ul>"))}
                </section>
                """);
        }
    }

    private PageHtml Durations => PageHtml.Of($"""
        <section><h2>How long runs took, last 24 hours</h2>
        {new PageChart(900, "wide").Of(_ended, now)}{new PageChart(360, "narrow").Of(_ended, now)}
        <p class="soft"><span class="good">●</span> complete &nbsp; <span class="bad">✕</span> failed &nbsp; ○ skipped &nbsp; – cancelled</p>
        </section>
        """);

    private static bool IsAlive(JobState state) => state is JobState.Starting or JobState.Running or JobState.Stopping or JobState.Ending;

    private static PageHtml Tile(PageHtml number, string what) => PageHtml.Of($"""<div class="tile"><b>{number}</b><span class="soft">{what}</span></div>""");

    private PageHtml Count(JobResult result)
    {
        var count = _ended.Count(job => job.Result == result && (job.Ended ?? job.Since) > now.AddDays(-1));
        return PageHtml.Of($"<span class=\"{(result == JobResult.Error && count > 0 ? "bad" : "")}\">{count}</span>");
    }

    private PageHtml Failure(JobRecord job) => PageHtml.Of($"""
        <li><b>{job.Instrument} {job.Run}</b> <span class="soft">RB {job.RbNumber} · {PageTimes.At(job.Ended ?? job.Since, now)}</span>
        <div class="reason">{Shortened(job.Message ?? "no reason was given")}</div></li>
        """);

    private static PageHtml Table(string title, string none, IReadOnlyList<JobRecord> rows, Func<JobRecord, PageHtml> cells, params string[] heads) => rows.Count == 0
        ? PageHtml.Of($"<section><h2>{title}</h2><p class=\"soft\">{none}</p></section>")
        : PageHtml.Of($"""
            <section><h2>{title}</h2><table>
            <tr><th>Instrument</th><th>Run</th><th>RB</th><th>{heads[0]}</th><th class="wide">{heads[1]}</th><th class="wide">{heads[2]}</th><th class="wide">{heads[3]}</th></tr>
            {PageHtml.All(rows.Take(MaxRows).Select(job => PageHtml.Of($"<tr><td>{job.Instrument}</td><td>{job.Run}</td><td>{job.RbNumber}</td>{cells(job)}</tr>\n")))}
            </table>{(rows.Count > MaxRows ? PageHtml.Of($"<p class=\"soft\">and {rows.Count - MaxRows} more</p>") : PageHtml.Empty)}</section>
            """);

    private static string Shortened(string text) => text.Length <= MaxReason ? text : text[..MaxReason] + "…";
}

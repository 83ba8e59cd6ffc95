using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>jobs</c>: one line per job; with <c>--watch</c> again and again, on a terminal in place.</summary>
internal sealed class JobsVerb(Settings settings)
{
    private const string ToTopAndClear = "\e[H\e[J";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(bool json, bool all, bool watch)
    {
        var isLive = watch && Terminal.IsThere;
        var told = "";
        var toldOfRecords = false;
        do
        {
            var answer = JobList.TryAsk(settings.Daemon, all);
            var jobs = (answer ?? JobList.FromRecords(settings.Daemon)).Where(job => all || job.State is not JobState.Finished).ToList();
            if (answer is null && !toldOfRecords)
            {
                Console.Error.WriteLine("no daemon answers: this is what the records on disk say; see: autoreduction-ctl status");
                toldOfRecords = true;
            }

            string TextAt(DateTimeOffset? now) => json ? JsonSerializer.Serialize(jobs, ContractJson.Default.IReadOnlyListJobRecord) : Table(jobs, now, isLive);

            // Times that grow would make every look a change.
            var text = TextAt(DateTimeOffset.Now);
            var compared = isLive ? text : TextAt(null);
            if (compared != told)
            {
                Console.WriteLine(isLive ? ToTopAndClear + text : text);
                told = compared;
            }

            await Task.Delay(watch ? Look : TimeSpan.Zero);
        }
        while (watch && Terminal.IsHeard);

        return ExitCodes.Success;
    }

    // Live, what goes on in a run is below its job. Without a time, what has run for how long is left out.
    private string Table(List<JobRecord> jobs, DateTimeOffset? now, bool isLive)
    {
        var lines = new List<string> { JobText.Header };
        foreach (var job in jobs)
        {
            lines.Add(JobText.Line(job, now ?? job.Started ?? default, Terminal.HasColours));
            if (isLive && new JobLogs(settings, job).Newest is { Length: > 0 } line)
            {
                lines.Add($"    {line}");
            }
        }

        if (isLive)
        {
            lines = [.. lines.Select(Terminal.Fit)];
        }

        // The lines below the window would push the first ones out of it.
        var shown = isLive ? Terminal.Height - 2 : int.MaxValue;
        return string.Join(Environment.NewLine, lines.Count > shown ? lines.Take(shown).Append($"… {lines.Count - shown} more lines") : lines);
    }
}

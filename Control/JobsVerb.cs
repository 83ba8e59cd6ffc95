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
        var isTerminal = !Console.IsOutputRedirected;
        var told = "";
        do
        {
            var jobs = JobList.Of(settings.Daemon).Where(job => all || job.State is not JobState.Finished).ToList();
            var text = json ? JsonSerializer.Serialize(jobs, ContractJson.Default.IReadOnlyListJobRecord) : Table(jobs, isTerminal, watch);
            if (text != told)
            {
                Console.WriteLine(watch && isTerminal ? ToTopAndClear + text : text);
                told = text;
            }

            await Task.Delay(watch ? Look : TimeSpan.Zero);
        }
        while (watch);

        return ExitCodes.Success;
    }

    // On a terminal the last line of a running script's output is below its job.
    private string Table(List<JobRecord> jobs, bool isTerminal, bool watch)
    {
        var lines = new List<string> { JobText.Header };
        foreach (var job in jobs)
        {
            // Times that grow would make every look a change.
            lines.Add(JobText.Line(job, watch && !isTerminal ? job.Started ?? default : DateTimeOffset.Now, isTerminal));
            if (watch && isTerminal && job.State == JobState.Running && new JobLogs(settings, job).LastLine is { Length: > 0 } line)
            {
                lines.Add($"    {line}");
            }
        }

        return string.Join(Environment.NewLine, lines);
    }
}

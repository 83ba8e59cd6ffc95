using System.Text.Json;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>jobs</c>: from the daemon; where none answers, from the records that it left.</summary>
internal sealed class JobsVerb(Settings settings)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public Task<int> RunAsync(bool json, bool all) => Task.Run(() => Run(json, all));

    private int Run(bool json, bool all)
    {
        var jobs = (DaemonClient.TryGetJobs(settings.Daemon, AnswerLimit) ?? FromRecords())
            .Where(job => all || job.State is not JobState.Finished)
            .ToList();
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(jobs, ContractJson.Default.IReadOnlyListJobRecord));
            return ExitCodes.Success;
        }

        Console.WriteLine($"{"INSTRUMENT",-12} {"RUN",-12} {"RB",-10} {"STATE",-13} {"SINCE",-25} {"TOOK",-7} {"PID",-8} RESULT");
        foreach (var job in jobs)
        {
            Console.WriteLine($"{job.Instrument,-12} {job.Run,-12} {job.RbNumber,-10} {job.State,-13} {job.Since.ToLocalTime(),-25:yyyy-MM-ddTHH:mm:sszzz} {Took(job),-7} {job.Pid,-8} {Result(job)}");
        }

        return ExitCodes.Success;
    }

    private static string Took(JobRecord job) =>
        job is { Started: { } started, Ended: { } ended } ? $"{(ended - started).TotalSeconds:0.0}s" : "";

    private static string Result(JobRecord job) =>
        $"{job.Result} {(job.Result == JobResult.Complete ? string.Join(' ', job.ResultDirectories) : job.Message?.Split('\n')[0])}".Trim();

    private List<JobRecord> FromRecords()
    {
        if (!Directory.Exists(settings.Daemon.JobsDirectory))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(settings.Daemon.JobsDirectory)
            .Select(directory => new JobFiles(directory).Record)
            .Where(File.Exists)
            .Select(path => JsonSerializer.Deserialize(File.ReadAllBytes(path), ContractJson.Default.JobRecord)!)
            .OrderBy(job => job.Received)];
    }
}

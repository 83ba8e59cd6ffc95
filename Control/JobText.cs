using System.Globalization;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>A job in words, one line, and the table of many.</summary>
internal static class JobText
{
    public static string Header { get; } =
        $"{"INSTRUMENT",-12} {"RUN",-12} {"RB",-10} {"STATE",-13} {"SINCE",-25} {"TOOK",-8} {"PID",-8} {"HOST",-12} {"JOB",-32} RESULT";

    /// <summary>A line of the table.</summary>
    public static string Line(JobRecord job, DateTimeOffset now, bool inColour) =>
        $"{job.Instrument,-12} {job.Run,-12} {job.RbNumber,-10} {Colour(job, inColour)}{job.State,-13}{(inColour ? Terminal.NoColour : "")} {job.Since.ToLocalTime(),-25:yyyy-MM-ddTHH:mm:sszzz} {Took(job, now),-8} {job.Pid,-8} {job.Host,-12} {job.Id,-32} {Result(job).Plain()}".TrimEnd();

    /// <summary>How long it has run, or ran.</summary>
    public static string Took(JobRecord job, DateTimeOffset now) => job.Started is { } started
        ? string.Create(CultureInfo.InvariantCulture, $"{((job.Ended ?? now) - started).TotalSeconds:0.0}s")
        : "";

    /// <summary>What it does just now, for a line that is written again and again.</summary>
    public static string Progress(JobRecord job, DateTimeOffset now, string? newest) =>
        $"{job.State} {Took(job.Started is null ? job with { Started = job.Received } : job, now)} {newest}".TrimEnd();

    /// <summary>How it ended, and where its results are or why there are none.</summary>
    public static string Result(JobRecord job) => job switch
    {
        // What it says is of the attempt before.
        { State: JobState.Starting or JobState.Running or JobState.Stopping or JobState.Ending, Result: null } => job.Attempt > 1 ? $"attempt {job.Attempt}" : "",
        { Result: JobResult.Complete } => $"{job.Result} {string.Join(' ', job.ResultDirectories)}",
        { Result: { } result } when job.Message is null || job.Message == result.ToString() => $"{result}",
        _ => $"{job.Result} {job.Message?.Split('\n')[0]}".Trim(),
    };

    /// <summary>When and how it ended, below its logs.</summary>
    public static string Ending(JobRecord job) =>
        $"==> {job} ended at {job.Since.ToLocalTime():yyyy-MM-ddTHH:mm:sszzz} <=={Environment.NewLine}{Result(job)}".Plain();

    private static string Colour(JobRecord job, bool inColour) => (inColour, job.Result, job.State) switch
    {
        (false, _, _) => "",
        (_, JobResult.Complete, _) => "\e[32m",
        (_, JobResult.Error, _) => "\e[31m",
        (_, _, JobState.Running) => "\e[36m",
        _ => Terminal.NoColour,
    };
}

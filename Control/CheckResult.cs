using System.Globalization;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>What a Nagios plugin says: a code, and one line with performance data.</summary>
/// <param name="Code">0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.</param>
/// <param name="Line">The line.</param>
internal readonly record struct CheckResult(int Code, string Line)
{
    private static readonly string[] Names = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

    public static CheckResult Critical(string reason) => Make(2, reason);

    public static CheckResult Unknown(string reason) => Make(3, reason);

    /// <summary>Judges a daemon that answers.</summary>
    /// <param name="status">What it says of itself.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="warning">From how many waiting runs on to warn.</param>
    /// <param name="critical">From how many waiting runs on it is critical.</param>
    /// <param name="now">The time.</param>
    public static CheckResult Of(DaemonStatus status, IReadOnlyList<JobRecord> jobs, int? warning, int? critical, DateTimeOffset now)
    {
        var oldest = jobs.Where(job => job.State != JobState.Finished).MinBy(job => job.Received);
        var age = oldest is null ? 0 : Math.Max(0, (now - oldest.Received).TotalSeconds);
        var data = string.Create(CultureInfo.InvariantCulture,
            $"running={status.Running};;;0;{status.MaxJobs} waiting={status.Waiting};{warning};{critical};0 oldest={age:0}s;;;0");
        var (code, reason) = Judge(status, warning, critical);

        // More may wait at the broker than what it has sent.
        var oldestText = oldest is null ? "" : string.Create(CultureInfo.InvariantCulture, $", oldest {oldest} since {age:0} s");
        return Make(code, $"{reason}, {status.Running} running, >= {status.Waiting} waiting{oldestText}", data);
    }

    private static (int Code, string Reason) Judge(DaemonStatus status, int? warning, int? critical) => status switch
    {
        { Connected: false } => (2, $"not connected: {status.Broker}"),
        { Waiting: var waiting } when waiting >= critical => (2, $"{critical} or more runs wait"),
        { Waiting: var waiting } when waiting >= warning => (1, $"{warning} or more runs wait"),
        { Problems: [var problem, ..] } => (1, problem),
        { State: "running" } => (0, $"connected to {status.Broker}"),
        _ => (1, status.State),
    };

    // A bar would begin the performance data.
    private static CheckResult Make(int code, string reason, string? data = null) =>
        new(code, $"AUTOREDUCTION {Names[code]}: {reason.ReplaceLineEndings(" ").Replace('|', '/')}{(data is null ? "" : $" | {data}")}");
}

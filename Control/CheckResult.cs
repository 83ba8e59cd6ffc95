using System.Globalization;

namespace Autoreduction.Control;

/// <summary>What a Nagios plugin says: a code, and one line with performance data.</summary>
/// <param name="Code">0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.</param>
/// <param name="Line">The line.</param>
internal readonly record struct CheckResult(int Code, string Line)
{
    private static readonly string[] Names = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

    public static CheckResult Warning(string reason) => Make(1, reason);

    public static CheckResult Critical(string reason) => Make(2, reason);

    public static CheckResult Unknown(string reason) => Make(3, reason);

    /// <summary>Judges a daemon that answers.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="limits">What is too much.</param>
    /// <param name="now">The time.</param>
    public static CheckResult Of(CheckFacts facts, CheckLimits limits, DateTimeOffset now)
    {
        var status = facts.Status;
        var age = facts.Oldest is { } oldest ? Math.Max(0, (now - oldest.Received).TotalSeconds) : 0;
        var (code, reason) = Judge(facts, age, limits);
        var waiting = facts.Queue is { } queue ? $"{queue.Messages} queued" : $">= {status.Waiting} waiting";
        var oldestText = facts.Oldest is null ? "" : string.Create(CultureInfo.InvariantCulture, $", oldest {facts.Oldest} for {age:0} s");
        var thresholds = string.Create(CultureInfo.InvariantCulture, $"{limits.Warning};{limits.Critical};0");
        var counts = facts.Queue is null
            ? $"waiting={status.Waiting};{thresholds}"
            : $"waiting={status.Waiting};;;0 queue={facts.Queue.Messages};{thresholds} consumers={facts.Queue.Consumers};;;0";
        return Make(code, $"{reason}, {status.Running} running, {waiting}{oldestText}",
            string.Create(CultureInfo.InvariantCulture, $"running={status.Running};;;0;{status.MaxJobs} {counts} oldest={age:0}s;{limits.OldestWarning};{limits.OldestCritical};0"));
    }

    private static (int Code, string Reason) Judge(CheckFacts facts, double age, CheckLimits limits) => facts switch
    {
        { Status: { Connected: false } status } => (2, $"not connected: {status.Broker}"),
        { Queue.Consumers: 0 } => (2, "nobody is subscribed to the queue at the broker; is it the broker that the daemon is connected to?"),
        { Waiting: var waiting } when waiting >= limits.Critical => (2, $"{limits.Critical} or more runs wait"),
        _ when age >= limits.OldestCritical => (2, $"the oldest run is here for {limits.OldestCritical} s or longer"),
        { Waiting: var waiting } when waiting >= limits.Warning => (1, $"{limits.Warning} or more runs wait"),
        _ when age >= limits.OldestWarning => (1, $"the oldest run is here for {limits.OldestWarning} s or longer"),
        { Status.Problems: [var problem, ..] } => (1, problem),
        { Status: { State: not "running" } status } => (1, status.State),
        { QueueProblem: { } problem } => (3, problem),
        _ => (0, $"connected to {facts.Status.Broker}"),
    };

    // A bar would begin the performance data.
    private static CheckResult Make(int code, string reason, string? data = null) =>
        new(code, $"AUTOREDUCTION {Names[code]}: {reason.ReplaceLineEndings(" ").Replace('|', '/')}{(data is null ? "" : $" | {data}")}");
}

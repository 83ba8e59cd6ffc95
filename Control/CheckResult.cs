using System.Globalization;

namespace Autoreduction.Control;

/// <summary>What a Nagios plugin says: a code, and one line with performance data.</summary>
/// <param name="Code">0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.</param>
/// <param name="Line">The line: all that is wrong, the worst first, which decides the code.</param>
internal readonly record struct CheckResult(int Code, string Line)
{
    private static readonly string[] Names = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];
    private static readonly int[] WorstFirst = [2, 1, 3];

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
        List<(int Code, string Words)> reasons = [.. Reasons(facts, age, limits).OrderBy(reason => Array.IndexOf(WorstFirst, reason.Code))];
        var (code, words) = reasons.Count == 0 ? (0, $"connected to {status.Broker}") : (reasons[0].Code, string.Join("; ", reasons.Select(reason => reason.Words)));
        var waiting = facts.Queue is { } queue ? $"{queue.Messages} queued" : $">= {status.Waiting} waiting";
        var oldestText = facts.Oldest is null ? "" : string.Create(CultureInfo.InvariantCulture, $", oldest {facts.Oldest} for {age:0} s");
        var thresholds = string.Create(CultureInfo.InvariantCulture, $"{limits.Warning};{limits.Critical};0");
        var counts = facts.Queue is null
            ? $"waiting={status.Waiting};{thresholds}"
            : $"waiting={status.Waiting};;;0 queue={facts.Queue.Messages};{thresholds} consumers={facts.Queue.Consumers};;;0";
        return Make(code, $"{words}, {status.Running} running, {waiting}{oldestText}",
            string.Create(CultureInfo.InvariantCulture, $"running={status.Running};;;0;{status.MaxJobs} {counts} oldest={age:0}s;{limits.OldestWarning};{limits.OldestCritical};0"));
    }

    // Everything that is wrong, but each thing once: nobody is subscribed where the daemon is not connected.
    private static IEnumerable<(int Code, string Words)> Reasons(CheckFacts facts, double age, CheckLimits limits)
    {
        var status = facts.Status;
        if (!status.Connected)
        {
            yield return (2, $"not connected: {status.Broker}");
        }
        else if (facts.Queue is { Consumers: 0 })
        {
            yield return (2, "nobody is subscribed to the queue at the broker; is it the broker that the daemon is connected to?");
        }

        if (facts.Waiting >= limits.Critical)
        {
            yield return (2, $"{limits.Critical} or more runs wait");
        }
        else if (facts.Waiting >= limits.Warning)
        {
            yield return (1, $"{limits.Warning} or more runs wait");
        }

        if (age >= limits.OldestCritical)
        {
            yield return (2, $"the oldest run is here for {limits.OldestCritical} s or longer");
        }
        else if (age >= limits.OldestWarning)
        {
            yield return (1, $"the oldest run is here for {limits.OldestWarning} s or longer");
        }

        foreach (var problem in status.Problems)
        {
            yield return (1, problem);
        }

        if (status.State != "running")
        {
            yield return (1, status.State);
        }

        if (facts.QueueProblem is { } unknown)
        {
            yield return (3, unknown);
        }
    }

    // A bar would begin the performance data.
    private static CheckResult Make(int code, string reason, string? data = null) =>
        new(code, $"AUTOREDUCTION {Names[code]}: {reason.ReplaceLineEndings(" ").Replace('|', '/')}{(data is null ? "" : $" | {data}")}");
}

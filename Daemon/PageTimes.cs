using System.Globalization;

namespace Autoreduction.Daemon;

/// <summary>Times as people read them at a glance.</summary>
internal static class PageTimes
{
    /// <summary>The local time, with its day where that is not today.</summary>
    public static string At(DateTimeOffset? time, DateTimeOffset now)
    {
        if (time is not { } known)
        {
            return "";
        }

        var local = known.ToOffset(now.Offset);
        return local.ToString(local.Date == now.Date ? "HH:mm:ss" : "d MMM HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>How long ago, in its largest units.</summary>
    public static string Since(DateTimeOffset? time, DateTimeOffset now) => time is { } known ? Span(now - known) : "";

    /// <summary>A span in its one or two largest units.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => $"{span.Minutes} min",
        { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };
}

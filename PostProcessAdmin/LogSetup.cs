using Autoreduction.Contract;
using NLog;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Where the log of a run goes.</summary>
internal static class LogSetup
{
    private static JobOrder? Order { get; set; }

    private static string? Run { get; set; }

    /// <summary>To a file, one line an event.</summary>
    public static void To(string path) => Use(
        LogLevel.Debug,
        new FileTarget("admin")
        {
            FileName = path,
            KeepFileOpen = true,
            Layout = Layout.FromMethod(Line),
        });

    /// <summary>From now on every line names the job, and is written as the order says.</summary>
    public static void Of(JobOrder order) => Order = order;

    /// <summary>From now on the facts of a line name the run, too.</summary>
    public static void Of(RunRequest run) => Run = run.ToString();

    /// <summary>To stderr: only what a person who tries a script should know.</summary>
    public static void ToTerminal() => Use(LogLevel.Warn, new ConsoleTarget("admin") { StdErr = true, Layout = "${message}" });

    private static string Line(LogEventInfo entry)
    {
        var time = new DateTimeOffset(entry.TimeStamp);
        if (Order is not { LogFormat: "json" } order)
        {
            var job = Order is null ? "" : $" [{Order.JobId}, pid {Environment.ProcessId}]";
            return LogLine.Of(time, entry.Level.Name, entry.FormattedMessage, entry.Exception) + job;
        }

        var facts = entry.HasProperties ? entry.Properties.ToDictionary(fact => $"{fact.Key}", fact => fact.Value) : [];
        facts["job"] = order.JobId;
        facts["run"] = Run;
        facts["pid"] = Environment.ProcessId;
        return LogLine.Json(time, entry.Level.Name, entry.FormattedMessage, entry.Exception, facts);
    }

    private static void Use(LogLevel least, Target target)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(least, LogLevel.Fatal, target);
        LogManager.Configuration = configuration;
    }
}

using Autoreduction.Contract;
using NLog;
using NLog.Config;
using NLog.Targets;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Where the log of a run goes.</summary>
internal static class LogSetup
{
    private static FileTarget? RunLog;

    /// <summary>To a file, one line an event.</summary>
    public static void To(string path)
    {
        RunLog = new FileTarget("admin") { FileName = path, KeepFileOpen = true, Layout = new RunLogLayout() };
        Use(LogLevel.Debug, RunLog);
    }

    /// <summary>From now on it is the log of the order's job, every line names that, and is written as the order says.</summary>
    public static void Of(JobOrder order)
    {
        RunLogLayout.Order = order;
        RunLog!.FileName = new JobFiles(order.JobDirectory).AdminLog;
    }

    /// <summary>From now on the facts of a line name the run, too.</summary>
    public static void Of(RunRequest run) => RunLogLayout.Run = run.ToString();

    /// <summary>To stderr: only what a person who tries a script should know.</summary>
    public static void ToTerminal() => Use(LogLevel.Warn, new ConsoleTarget("admin") { StdErr = true, Layout = "${message}" });

    private static void Use(LogLevel least, Target target)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(least, LogLevel.Fatal, target);
        LogManager.Configuration = configuration;
    }
}

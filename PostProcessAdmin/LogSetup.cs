using NLog;
using NLog.Config;
using NLog.Targets;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Where the log of a run goes.</summary>
internal static class LogSetup
{
    /// <summary>To a file, one line an event.</summary>
    public static void To(string path) => Use(
        LogLevel.Debug,
        new FileTarget("admin")
        {
            FileName = path,
            KeepFileOpen = true,
            Layout = "${date:format=yyyy-MM-ddTHH\\:mm\\:ss.fffzzz} ${level:uppercase=true:padding=-5} ${replace-newlines:replacement= | :inner=${message}}${onexception:inner=${newline}${exception:format=tostring}}",
        });

    /// <summary>To stderr: only what a person who tries a script should know.</summary>
    public static void ToTerminal() => Use(LogLevel.Warn, new ConsoleTarget("admin") { StdErr = true, Layout = "${message}" });

    private static void Use(LogLevel least, Target target)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(least, LogLevel.Fatal, target);
        LogManager.Configuration = configuration;
    }
}

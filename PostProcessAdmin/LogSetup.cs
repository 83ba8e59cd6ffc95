using NLog;
using NLog.Config;
using NLog.Targets;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Sends the log of this run to one file, one line an event.</summary>
internal static class LogSetup
{
    public static void To(string path)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(LogLevel.Debug, LogLevel.Fatal, new FileTarget("admin")
        {
            FileName = path,
            KeepFileOpen = true,
            Layout = "${date:format=yyyy-MM-ddTHH\\:mm\\:ss.fffzzz} ${level:uppercase=true:padding=-5} ${replace-newlines:replacement= | :inner=${message}}${onexception:inner=${newline}${exception:format=tostring}}",
        });
        LogManager.Configuration = configuration;
    }
}

using NLog;
using NLog.Config;
using NLog.Targets;

namespace Autoreduction.Daemon;

/// <summary>Sends the daemon's log to its file, which it alone writes: one line an event, rotated by size.</summary>
internal static class LogSetup
{
    private const long RotateAbove = 32L << 20;
    private const int Kept = 10;

    public static void To(string path)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(LogLevel.Info, LogLevel.Fatal, new FileTarget("daemon")
        {
            FileName = path,
            KeepFileOpen = true,
            ArchiveAboveSize = RotateAbove,
            MaxArchiveFiles = Kept,
            Layout = "${date:format=yyyy-MM-ddTHH\\:mm\\:ss.fffzzz} ${level:uppercase=true:padding=-5} ${message}${onexception:inner=${newline}${exception:format=tostring}}",
        });
        LogManager.Configuration = configuration;
    }
}

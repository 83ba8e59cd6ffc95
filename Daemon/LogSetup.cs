using Autoreduction.Contract;
using Autoreduction.Posix;
using NLog;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets;

namespace Autoreduction.Daemon;

/// <summary>Where the daemon's log goes: its file, which it alone writes, and the journal where systemd runs it.</summary>
internal static class LogSetup
{

    private static (DaemonSettings Settings, LogFile File)? Open { get; set; }

    /// <summary>Why the log can't be written; null where it can.</summary>
    public static string? Problem => Open?.File.Problem;

    /// <summary>Opens the log, again where it is open: a file that was moved away is let go.</summary>
    public static void To(DaemonSettings settings)
    {
        var configuration = new LoggingConfiguration();
        var level = LogLevel.FromString(settings.LogLevel);
        var file = new LogFile
        {
            FileName = settings.LogPath,
            KeepFileOpen = true,
            Layout = Layout.FromMethod(settings.LogFormat == "json" ? JsonLine : Line, LayoutRenderOptions.ThreadAgnostic),
        };
        configuration.AddRule(level, LogLevel.Fatal, file);
        if (Journal.IsStandardError(SettingsEnvironment.Current.GetValueOrDefault(Journal.Variable)))
        {
            configuration.AddRule(level, LogLevel.Fatal, new ConsoleTarget("journal") { StdErr = true, Layout = Layout.FromMethod(JournalLine, LayoutRenderOptions.ThreadAgnostic) });
        }

        LogManager.Configuration = configuration;
        Open = (settings, file);
    }

    /// <summary>Looks after the log: sets a file that grew aside; where it could not be written, tries whether it can be again.</summary>
    public static void Tend()
    {
        if (Open is not var (settings, file))
        {
            return;
        }

        try
        {
            if (LogRotation.Rotate(settings.LogPath, settings.LogMaxSize, settings.LogKeep))
            {
                To(settings);
            }

            LogRotation.Forget(settings.LogPath, settings.LogRetention, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.NotRotated(e.Message);
        }

        file.TryAgain();
    }

    private static string Line(LogEventInfo entry) =>
        LogLine.Of(new DateTimeOffset(entry.TimeStamp), entry.Level.Name, entry.FormattedMessage, entry.Exception);

    // sd-daemon(3): the priority in front of a line; the journal has the time itself.
    private static string JournalLine(LogEventInfo entry) => $"<{Priority(entry.Level)}>{LogLine.Text(entry.FormattedMessage, entry.Exception)}";

    private static int Priority(LogLevel level) => level.Ordinal switch
    {
        <= 1 => 7,
        2 => 6,
        3 => 4,
        4 => 3,
        _ => 2,
    };

    private static string JsonLine(LogEventInfo entry) => LogLine.Json(
        new DateTimeOffset(entry.TimeStamp), entry.Level.Name, entry.FormattedMessage, entry.Exception,
        entry.HasProperties ? entry.Properties.Select(fact => KeyValuePair.Create($"{fact.Key}", fact.Value)) : []);
}

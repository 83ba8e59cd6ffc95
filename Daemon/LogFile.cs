using NLog;
using NLog.Targets;

namespace Autoreduction.Daemon;

/// <summary>The log's file. A disk that is full loses lines, and nothing else; how many is said when there is room again.</summary>
internal sealed class LogFile() : FileTarget("daemon")
{
    private volatile string? _problem;
    private long _lost;

    /// <summary>Why the last line could not be written; null where it could.</summary>
    public string? Problem => _problem;

    /// <summary>After a failure, tries whether there is room again.</summary>
    public void TryAgain()
    {
        lock (SyncRoot)
        {
            try
            {
                TellLost();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _problem = e.Message;
            }
        }
    }

    /// <summary>Says in the status that a file that grew could not be set aside.</summary>
    public void NotRotated(string reason) => _problem = $"it can't be rotated: {reason}";

    protected override void Write(LogEventInfo logEvent)
    {
        try
        {
            TellLost();
            base.Write(logEvent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever logs must not fail for it, and there is nowhere to say it but in the status.
            _problem = e.Message;
            _lost++;
        }
    }

    private void TellLost()
    {
        if (_problem is not { } problem)
        {
            return;
        }

        base.Write(new LogEventInfo(LogLevel.Error, "daemon", $"{_lost} lines before this one are lost: {problem}"));
        (_problem, _lost) = (null, 0);
    }
}

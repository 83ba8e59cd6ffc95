using System.Diagnostics;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Tells for how long nothing has come into a script's log files.</summary>
internal sealed class SilenceWatch(IReadOnlyList<string> logs)
{
    private long _seen;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>For how long, as far as earlier looks can tell.</summary>
    public TimeSpan Look()
    {
        var length = logs.Sum(log => new FileInfo(log) is { Exists: true } file ? file.Length : 0);
        if (length != _seen)
        {
            (_seen, _since) = (length, Stopwatch.GetTimestamp());
        }

        return Stopwatch.GetElapsedTime(_since);
    }
}

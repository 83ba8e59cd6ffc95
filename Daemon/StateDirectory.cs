using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Whether the state directory can be written. While it can't, nothing is started, and nothing is acknowledged that isn't durable.</summary>
internal sealed class StateDirectory(string path, TimeProvider clock)
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly BackOff _probing = new(clock, FirstProbe, LongestPause);

    /// <summary>Why it can't be written; null where it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>A write failed.</summary>
    public void Failed(Exception failure)
    {
        if (_probing.Delay == TimeSpan.Zero)
        {
            Log.StateUnwritable(failure.Message);
        }

        Problem = failure.Message;
        _probing.Failed();
    }

    /// <summary>Something failed, and perhaps for this reason: looks at once.</summary>
    public void Suspect(Exception failure)
    {
        if (Problem is null)
        {
            Problem = failure.Message;
            Probe();
        }
    }

    /// <summary>Tries again where that is due: whether it can be written.</summary>
    public bool Probe()
    {
        if (Problem is null || !_probing.IsDue)
        {
            return Problem is null;
        }

        try
        {
            // As large as what is written for a run: a few bytes can find room where a record doesn't.
            var probe = Path.Combine(path, "probe");
            DurableFile.Write(probe, new byte[64 << 10], FileBits.OwnerOnly);
            File.Delete(probe);
            if (_probing.Delay > TimeSpan.Zero)
            {
                Log.StateWritable();
            }

            Problem = null;
            _probing.Reset();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(e);
            return false;
        }
    }
}

using System.Diagnostics;
#if DEBUG
using System.Globalization;
#endif

namespace Autoreduction.Posix;

/// <summary>
/// Named places at which a test can have this process killed: <c>AUTOREDUCTION_CRASH_AT=name[:count]</c> kills it when it
/// gets there for the count-th time. Only in debug builds: in others no call of it is left.
/// </summary>
public static class CrashPoint
{
#if DEBUG
    private static readonly string[] Wanted = (Environment.GetEnvironmentVariable("AUTOREDUCTION_CRASH_AT") ?? "").Split(':');
    private static int Reached;
#endif

    /// <summary>Ends this process, as by <c>kill -9</c>, where a test wants that.</summary>
    [Conditional("DEBUG")]
    public static void Reach(string name)
    {
#if DEBUG
        if (Wanted[0] == name
            && Interlocked.Increment(ref Reached) == (Wanted.Length > 1 ? int.Parse(Wanted[1], CultureInfo.InvariantCulture) : 1))
        {
            using var self = PidFd.TryOpen(Environment.ProcessId);
            self!.TrySendSignal(Signals.SIGKILL);
            Thread.Sleep(Timeout.Infinite);
        }
#endif
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Posix;

/// <summary>What came through a <see cref="ReadinessPipe"/>, from stage 1 and the daemon, in whichever order they wrote.</summary>
/// <param name="Outcome">What the daemon said, or what its silence means.</param>
/// <param name="Text">Its text.</param>
/// <param name="Daemon">The daemon's process, where stage 1 started one.</param>
/// <param name="IsWhole">Whether all who could write have closed the pipe.</param>
internal sealed record ReadinessWord(StartOutcome Outcome, string Text, ProcessIdentity? Daemon, bool IsWhole)
{
    private const int MaxLength = 64 << 10;

    /// <summary>Reads until nobody can write any more, or the limit is over.</summary>
    public static ReadinessWord Read(SafeFileHandle pipe, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        var said = new MemoryStream();
        var isWhole = false;
        while (!isWhole && said.Length < MaxLength && Poll.UntilReadable((int)pipe.DangerousGetHandle(), Positive(limit - Stopwatch.GetElapsedTime(began))))
        {
            isWhole = !Descriptors.ReadSome(pipe, said, "the readiness pipe");
        }

        return Parse(Encoding.UTF8.GetString(said.GetBuffer(), 0, (int)said.Length), isWhole);
    }

    /// <summary>Reads messages, each a kind, a text and a NUL; the daemon's last word counts.</summary>
    public static ReadinessWord Parse(string said, bool isWhole)
    {
        var word = new ReadinessWord(isWhole ? StartOutcome.Died : StartOutcome.TimedOut, "", null, isWhole);
        foreach (var message in said.Split(ReadinessPipe.End)[..^1])
        {
            word = message switch
            {
                [ReadinessPipe.Up, .. var text] => word with { Outcome = StartOutcome.Up, Text = text },
                [ReadinessPipe.Failure, .. var text] => word with { Outcome = StartOutcome.Failed, Text = text },
                [ReadinessPipe.Process, .. var text] => word with { Daemon = IdentityOf(text) },
                _ => word,
            };
        }

        return word;
    }

    private static ProcessIdentity? IdentityOf(string text) =>
        text.Split(' ') is [var pid, var start]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? new(number, time, ProcessIdentity.CurrentBootId)
            : null;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}

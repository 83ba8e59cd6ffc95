using Mono.Unix.Native;

namespace Autoreduction.Control;

/// <summary>Standard output where a person sits at it: colours, and a line that is written again and again. None of that in a pipe.</summary>
internal static class Terminal
{
    /// <summary>Ends a colour.</summary>
    public const string NoColour = "\e[0m";

    private const string ToStartAndClear = "\r\e[K";
    private const int UsualWidth = 80;

    /// <summary>Whether there is one that can do more than print.</summary>
    public static bool IsThere { get; } =
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Whether to use colours (https://no-color.org).</summary>
    public static bool HasColours { get; } = IsThere && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether somebody still reads: not so when the other end of a pipe is closed (poll(2)).</summary>
    public static bool IsHeard
    {
        get
        {
            Pollfd[] standardOutput = [new() { fd = 1 }];
            return Syscall.poll(standardOutput, 0) <= 0 || (standardOutput[0].revents & (PollEvents.POLLERR | PollEvents.POLLHUP)) == 0;
        }
    }

    private static bool HasProgress { get; set; }

    /// <summary>How many lines it shows.</summary>
    public static int Height => Console.WindowHeight > 0 ? Console.WindowHeight : int.MaxValue;

    /// <summary>Says what is going on, in place of what was said last.</summary>
    public static void Progress(string text)
    {
        if (!IsThere)
        {
            return;
        }

        // A line that wraps could not be written over.
        Console.Write(ToStartAndClear + Fit(text));
        HasProgress = true;
    }

    /// <summary>A line that doesn't wrap.</summary>
    public static string Fit(string line) => Cut(line, (Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth) - 1);

    /// <summary>The beginning of a line that has room. Colours take none, and end where the line does.</summary>
    public static string Cut(string line, int room)
    {
        var (shown, inSequence) = (0, false);
        for (var i = 0; i < line.Length; i++)
        {
            inSequence |= line[i] == '\e';
            if (!inSequence && ++shown > room)
            {
                return line.AsSpan(0, i).Contains('\e') ? $"{line.AsSpan(0, i)}{NoColour}" : line[..i];
            }

            inSequence &= line[i] != 'm';
        }

        return line;
    }

    /// <summary>Writes a line that stays.</summary>
    public static void WriteLine(string text)
    {
        Console.WriteLine(HasProgress ? ToStartAndClear + text : text);
        HasProgress = false;
    }
}

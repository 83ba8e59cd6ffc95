namespace Autoreduction.Control;

/// <summary>Standard output where a person sits at it: colours, and a line that is written again and again. None of that in a pipe.</summary>
internal static class Terminal
{
    private const string ToStartAndClear = "\r\e[K";
    private const int UsualWidth = 80;

    /// <summary>Whether there is one that can do more than print.</summary>
    public static bool IsThere { get; } =
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Whether to use colours (https://no-color.org).</summary>
    public static bool HasColours { get; } = IsThere && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

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
        var width = Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
        Console.Write(ToStartAndClear + (text.Length < width ? text : text[..(width - 1)]));
        HasProgress = true;
    }

    /// <summary>Writes a line that stays.</summary>
    public static void WriteLine(string text)
    {
        Console.WriteLine(HasProgress ? ToStartAndClear + text : text);
        HasProgress = false;
    }
}

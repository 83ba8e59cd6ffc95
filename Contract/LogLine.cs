namespace Autoreduction.Contract;

/// <summary>How an event is written to a log: one line, the same in every program.</summary>
public static class LogLine
{
    private const string NewLine = " | ";

    /// <summary>The line of an event, without its end: local time with offset, level, text.</summary>
    public static string Of(DateTimeOffset time, string level, string message, Exception? failure) =>
        $"{time:yyyy-MM-ddTHH:mm:ss.fffzzz} {level.ToUpperInvariant(),-5} {Text(message, failure)}";

    /// <summary>The text of an event, with its exception. Whatever a message or script put into it, it is one line.</summary>
    public static string Text(string message, Exception? failure) =>
        OneLine(failure is null ? message : $"{message}: {failure}");

    private static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(string.Join(NewLine, lines).Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '\uFFFD' : c));
    }
}

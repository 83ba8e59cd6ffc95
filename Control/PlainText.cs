namespace Autoreduction.Control;

/// <summary>Texts of others, such as of scripts, on the terminal of a person who may be root.</summary>
internal static class PlainText
{
    /// <summary>Without what steers a terminal: control characters other than line ends and tabs.</summary>
    public static string Plain(this string text) =>
        text.Any(Steers) ? string.Concat(text.Where(character => !Steers(character))) : text;

    private static bool Steers(char character) => char.IsControl(character) && character is not ('\n' or '\t');
}

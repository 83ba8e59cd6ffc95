using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Autoreduction.Daemon;

/// <summary>A piece of HTML. What is put into its holes is escaped, unless it is such a piece itself.</summary>
internal readonly record struct PageHtml(string Markup)
{
    public static PageHtml Empty { get; } = new("");

    public static PageHtml Of(Writer writer) => new(writer.Markup);

    public static PageHtml All(IEnumerable<PageHtml> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    // Control characters have no place in HTML, and no use here.
    private static string Escaped(string text) =>
        WebUtility.HtmlEncode(string.Create(text.Length, text, (visible, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                visible[i] = char.IsControl(from[i]) && from[i] is not ('\n' or '\t') ? '\uFFFD' : from[i];
            }
        }));

    /// <summary>Takes the literals of an interpolated string as they are, and escapes what stands between them.</summary>
    [InterpolatedStringHandler]
    public readonly struct Writer(int literalLength, int holes)
    {
        private readonly StringBuilder _text = new(literalLength + holes * 16);

        public string Markup => _text.ToString();

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(PageHtml part) => _text.Append(part.Markup);

        public void AppendFormatted<T>(T value, string? format = null) =>
            _text.Append(Escaped(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString() ?? ""));
    }
}

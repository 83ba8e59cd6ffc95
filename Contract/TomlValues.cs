using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Autoreduction.Contract;

/// <summary>Plain .NET values of TOML syntax: string, long, double, bool, List&lt;object&gt;, Dictionary&lt;string, object&gt;.</summary>
internal static class TomlValues
{
    /// <summary>The value of one TOML expression, or null where it is none.</summary>
    public static object? TryParse(string expression)
    {
        var document = SyntaxParser.Parse("x = " + expression);
        return document.HasErrors || document.KeyValues.ChildrenCount != 1 || document.KeyValues.GetChild(0)!.Value is null
            ? null
            : Of(document.KeyValues.GetChild(0)!.Value!);
    }

    /// <summary>The value that <paramref name="syntax"/> stands for; a date is its text.</summary>
    public static object Of(ValueSyntax syntax) => syntax switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax integer => integer.Value,
        FloatValueSyntax real => real.Value,
        BooleanValueSyntax flag => flag.Value,
        ArraySyntax array => array.Items.Where(item => item.Value is not null).Select(item => Of(item.Value!)).ToList(),
        InlineTableSyntax table => Table(table),
        DateTimeValueSyntax date => date.Value.ToString(),
        _ => Convert.ToString(syntax, CultureInfo.InvariantCulture) ?? "",
    };

    private static Dictionary<string, object> Table(InlineTableSyntax table)
    {
        var values = new Dictionary<string, object>();
        foreach (var item in table.Items)
        {
            if (item.KeyValue is { Key: { } key, Value: { } value })
            {
                values[string.Join('.', KeyParts(key))] = Of(value);
            }
        }

        return values;
    }

    /// <summary>The parts of a dotted key, unquoted.</summary>
    public static IEnumerable<string> KeyParts(KeySyntax key) =>
        key.DotKeys.Select(dot => dot.Key).Prepend(key.Key).OfType<BareKeyOrStringValueSyntax>().Select(Name);

    private static string Name(BareKeyOrStringValueSyntax part) => part switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => part.ToString() ?? "",
    };
}

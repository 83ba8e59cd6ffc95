namespace Autoreduction.Contract;

/// <summary>Paths with placeholders such as <c>{instrument}</c>.</summary>
public static class PathTemplate
{
    /// <summary><paramref name="template"/> with each placeholder replaced by its value.</summary>
    public static string Expand(string template, params ReadOnlySpan<(string Name, string Value)> values)
    {
        foreach (var (name, value) in values)
        {
            template = template.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return template;
    }

    /// <summary>The directories of <paramref name="template"/> before the first that has a placeholder.</summary>
    public static string FixedPart(string template)
    {
        var open = template.IndexOf('{');
        var slash = open < 0 ? -1 : template.LastIndexOf('/', open);
        return open < 0 ? template : slash > 0 ? template[..slash] : "/";
    }

    /// <summary>The first placeholder of <paramref name="template"/> that is not one of <paramref name="known"/>, or null.</summary>
    public static string? UnknownPlaceholder(string template, IReadOnlyCollection<string> known)
    {
        for (var open = template.IndexOf('{'); open >= 0; open = template.IndexOf('{', open + 1))
        {
            var close = template.IndexOf('}', open);
            if (close < 0 || !known.Contains(template[(open + 1)..close]))
            {
                return close < 0 ? template[open..] : template[open..(close + 1)];
            }
        }

        return null;
    }
}

using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Autoreduction.Contract;

/// <summary>One value of the settings, as TOML or the environment gave it, read as the type that its key wants.</summary>
/// <remarks>Every reader throws <see cref="FormatException"/> with what is expected.</remarks>
internal sealed partial class SettingValue(object raw)
{
    /// <summary>The value of an environment variable: the text itself, or a TOML value where the key wants no text.</summary>
    public static SettingValue FromEnvironment(string text) => new(text) { IsEnvironment = true };

    private bool IsEnvironment { get; init; }

    public string Text() => raw as string ?? throw new FormatException($"should be a text in quotes, not {Shown}");

    public string NonEmptyText() =>
        Text() is { Length: > 0 } text ? text : throw new FormatException("must not be empty");

    public string AbsolutePath() =>
        Text() is ['/', ..] path && !path.Any(char.IsControl)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
            : throw new FormatException($"should be a path from the root, not {Shown}");

    public string AbsolutePathOrEmpty() => Text().Length == 0 ? "" : AbsolutePath();

    public string IpEndPointOrEmpty() =>
        Text().Length == 0 || (IPEndPoint.TryParse(Text(), out var parsed) && parsed.Port > 0)
            ? Text()
            : throw new FormatException($"should be an IP address and a port such as \"127.0.0.1:9464\", not {Shown}");

    /// <summary>The path of a file with a secret. What stands here by mistake may be the secret: it isn't shown.</summary>
    public string SecretPathOrEmpty() =>
        raw is string text && (text.Length == 0 || (text[0] == '/' && !text.Any(char.IsControl)))
            ? AbsolutePathOrEmpty()
            : throw new FormatException("should be the path, from the root, of a file with the secret in its first line; what stands here is not shown");

    /// <summary>A URI. One with a login in it isn't shown.</summary>
    public string UriWithoutLogin() =>
        NonEmptyText().Contains('@', StringComparison.Ordinal)
            ? throw new FormatException("must not hold a login; use username and password_file")
            : NonEmptyText();

    /// <summary>A STOMP destination that begins with one of <paramref name="kinds"/>.</summary>
    public string Destination(params string[] kinds) =>
        kinds.Any(kind => Text().Length > kind.Length && Text().StartsWith(kind, StringComparison.Ordinal))
        && !Text().Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? Text()
            : throw new FormatException($"should be {string.Join(" or ", kinds)} and a name without spaces, not {Shown}");

    public string DestinationOrEmpty(params string[] kinds) => Text().Length == 0 ? "" : Destination(kinds);

    public string OneOf(params string[] allowed) =>
        allowed.Contains(Text()) ? Text() : throw new FormatException($"should be {string.Join(" or ", allowed.Select(a => $"\"{a}\""))}, not \"{raw}\"");

    public bool Flag() => Toml() is bool flag ? flag : throw new FormatException($"should be true or false, not {Shown}");

    public int Count(int least) =>
        Toml() is long number && number >= least && number <= int.MaxValue
            ? (int)number
            : throw new FormatException($"should be a whole number of at least {least}, not {Shown}");

    public TimeSpan Seconds(double least = 0)
    {
        var seconds = Toml() switch
        {
            long whole => whole,
            double fraction => fraction,
            _ => throw new FormatException($"should be a number of seconds, not {Shown}"),
        };
        return seconds >= least && seconds <= 315_576_000
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"should be {least.ToString(CultureInfo.InvariantCulture)} seconds or more, at most ten years, not {Shown}");
    }

    /// <summary>A number of bytes, or text such as "8GiB"; "" is 0.</summary>
    public long Bytes()
    {
        if (Toml() is long and >= 0)
        {
            return (long)Toml();
        }

        if (raw is string { Length: 0 })
        {
            return 0;
        }

        var match = raw is string text ? SizePattern().Match(text) : Match.Empty;
        if (!match.Success)
        {
            throw new FormatException($"should be a size such as \"8GiB\" or a number of bytes, not {Shown}");
        }

        var shift = "BKMGT".IndexOf(match.Groups["unit"].Value is { Length: > 0 } unit ? char.ToUpperInvariant(unit[0]) : 'B', StringComparison.Ordinal) * 10;
        var number = long.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return number <= long.MaxValue >> shift ? number << shift : throw new FormatException($"is too large: {Shown}");
    }

    /// <summary>A file creation mask in octal.</summary>
    public string Umask()
    {
        if (raw is not string { Length: 3 or 4 } digits || digits.Any(d => d is < '0' or > '7'))
        {
            throw new FormatException($"should be a mask in octal, in quotes, such as \"022\", not {Shown}");
        }

        return digits[^3] == '0' && (digits.Length == 3 || digits[0] == '0')
            ? digits
            : throw new FormatException($"should leave the owner's own rights alone, such as \"022\" or \"027\", not {Shown}");
    }

    public IReadOnlyList<string> TextList() =>
        Toml() is List<object> items && items.All(item => item is string)
            ? [.. items.Cast<string>()]
            : throw new FormatException($"should be a list of texts such as [\"a\", \"b\"], not {Shown}");

    /// <summary>Addresses of web services. One with a login in it isn't shown.</summary>
    public IReadOnlyList<string> HttpUris()
    {
        // Before any of it is shown, a list or not.
        var given = raw is List<object> items ? items.OfType<string>() : [raw as string ?? ""];
        if (given.Any(text => text.Contains('@', StringComparison.Ordinal)))
        {
            throw new FormatException("must not hold a login; use management_username and management_password_file");
        }

        foreach (var text in TextList())
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            {
                throw new FormatException($"should be addresses such as \"http://broker:8161/api/jolokia\", not \"{text}\"");
            }
        }

        return TextList();
    }

    public IReadOnlyList<PathMapping> PathMap() =>
        Toml() is List<object> items
            ? [.. items.Select(Mapping)]
            : throw new FormatException($"should be a list of {{ from = '…', to = '…' }}, not {Shown}");

    private static PathMapping Mapping(object item) =>
        item is Dictionary<string, object> { Count: 2 } table
        && table.GetValueOrDefault("from") is string { Length: > 0 } from
        && table.GetValueOrDefault("to") is string to
            ? new PathMapping(from, to)
            : throw new FormatException("each entry should be { from = '…', to = '…' }");

    private object Toml() => IsEnvironment && TomlValues.TryParse((string)raw) is { } value ? value : raw;

    private string Shown => raw switch
    {
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        List<object> => "a list",
        Dictionary<string, object> => "a table",
        _ => Convert.ToString(raw, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\s*(?<number>\d{1,18})\s*(?:(?<unit>[KMGT])i?B?|B)?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex SizePattern();
}

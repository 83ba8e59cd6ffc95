using System.Globalization;
using System.Text;

namespace Autoreduction.Contract;

/// <summary>Writes settings as TOML, each key with where it was set. There is no secret in it.</summary>
public static class SettingsText
{
    private const int CommentColumn = 60;

    /// <summary>The settings that are in effect.</summary>
    public static string Of(Settings settings)
    {
        var text = new StringBuilder();
        foreach (var group in Entries(settings).GroupBy(entry => entry.Section))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append('[').Append(group.Key).Append("]\n");
            foreach (var (section, name, value) in group)
            {
                text.Append($"{name} = {value}".PadRight(CommentColumn)).Append(" # ").Append(settings.WhereOf($"{section}.{name}")).Append('\n');
            }

            text.Append(group.Key == "broker" ? $"# password: {PasswordOrigin(settings)}\n" : "");
        }

        return text.ToString();
    }

    /// <summary>Every key with its value in TOML; of instruments those that they override.</summary>
    internal static IEnumerable<(string Section, string Name, string Value)> Entries(Settings settings)
    {
        var instruments = settings.Instruments.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .SelectMany(pair => Section($"reduction.instruments.{pair.Key}", SettingKeys.Reduction, pair.Value))
            .Where(entry => settings.Origins.ContainsKey($"{entry.Section}.{entry.Name}"));
        return
        [
            .. Section("broker", SettingKeys.Broker, settings.Broker),
            .. Section("queues", SettingKeys.Queues, settings.Queues),
            .. Section("daemon", SettingKeys.Daemon, settings.Daemon),
            .. Section("neighbours", SettingKeys.Neighbours, settings.Neighbours),
            .. Section("reduction", SettingKeys.Reduction, settings.Reduction),
            .. instruments,
        ];
    }

    private static IEnumerable<(string Section, string Name, string Value)> Section<T>(string name, IReadOnlyList<SettingKey<T>> keys, T section) =>
        keys.Select(key => (name, key.Name, Toml(key.Get(section))));

    private static string PasswordOrigin(Settings settings) =>
        settings.BrokerPassword is not null ? $"environment variable {SettingsFile.PasswordVariable}"
        : settings.Broker.PasswordFile.Length > 0 ? "first line of password_file"
        : "none";

    private static string Toml(object value) => value switch
    {
        string text => Quoted(text),
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quoted))}]",
        IEnumerable<PathMapping> map => $"[{string.Join(", ", map.Select(entry => $"{{ from = {Quoted(entry.From)}, to = {Quoted(entry.To)} }}"))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // Windows paths read better in single quotes, where a back slash is one.
    private static string Quoted(string text) =>
        text.Contains('\\', StringComparison.Ordinal) && !text.Any(c => c == '\'' || char.IsControl(c))
            ? $"'{text}'"
            : $"\"{string.Concat(text.Select(Escaped))}\"";

    private static string Escaped(char c) => c switch
    {
        '"' or '\\' => $"\\{c}",
        _ when char.IsControl(c) => $"\\u{(int)c:X4}",
        _ => c.ToString(),
    };
}

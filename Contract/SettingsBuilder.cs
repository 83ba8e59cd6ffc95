namespace Autoreduction.Contract;

/// <summary>Applies entries to the defaults and collects what is wrong with them.</summary>
internal sealed class SettingsBuilder(List<SettingsError> errors)
{
    private static readonly string[] Sections = ["broker", "queues", "daemon", "reduction"];

    public Settings Build(IReadOnlyList<SettingEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !IsKnownSection(entry.Section)))
        {
            errors.Add(new(entry.Where, entry.Key, entry.Section.Count == 0
                ? $"stands outside of a section; sections are {Shown(Sections)}"
                : $"unknown section [{string.Join('.', entry.Section)}]{Nearest(entry.Section[0], Sections)}; sections are {Shown(Sections)}"));
        }

        var reduction = Apply(new ReductionSettings(), SettingKeys.Reduction, In(entries, "reduction"));
        return new Settings
        {
            Broker = Apply(new BrokerSettings(), SettingKeys.Broker, In(entries, "broker")),
            Queues = Apply(new QueueSettings(), SettingKeys.Queues, In(entries, "queues")),
            Daemon = Apply(new DaemonSettings(), SettingKeys.Daemon, In(entries, "daemon")),
            Reduction = reduction,
            Instruments = entries.Where(IsInstrument)
                .GroupBy(entry => entry.Section[2].ToUpperInvariant())
                .ToDictionary(group => group.Key, group => Apply(reduction, SettingKeys.Reduction, group)),
        };
    }

    private T Apply<T>(T section, IReadOnlyList<SettingKey<T>> keys, IEnumerable<SettingEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (keys.FirstOrDefault(key => key.Name == entry.Name) is not { } key)
            {
                errors.Add(new(entry.Where, entry.Key, $"unknown key{Nearest(entry.Name, keys.Select(k => k.Name))}"));
                continue;
            }

            try
            {
                section = key.Set(section, entry.Value);
            }
            catch (FormatException e)
            {
                errors.Add(new(entry.Where, entry.Key, e.Message));
            }
        }

        return section;
    }

    private static IEnumerable<SettingEntry> In(IReadOnlyList<SettingEntry> entries, string section) =>
        entries.Where(entry => entry.Section.Count == 1 && entry.Section[0] == section);

    private static bool IsKnownSection(IReadOnlyList<string> section) =>
        (section.Count == 1 && Sections.Contains(section[0])) || IsInstrument(section);

    private static bool IsInstrument(SettingEntry entry) => IsInstrument(entry.Section);

    private static bool IsInstrument(IReadOnlyList<string> section) =>
        section is ["reduction", "instruments", _];

    private static string Shown(IEnumerable<string> sections) => string.Join(", ", sections.Select(name => $"[{name}]"));

    private static string Nearest(string word, IEnumerable<string> known)
    {
        var nearest = known.MinBy(name => EditDistance.Between(word, name))!;
        return EditDistance.Between(word, nearest) <= Math.Max(2, word.Length / 3) ? $"; did you mean {nearest}?" : "";
    }
}

namespace Autoreduction.Contract;

/// <summary>Applies entries to the defaults and collects what is wrong with them.</summary>
internal sealed class SettingsBuilder(List<SettingsError> errors)
{
    private static readonly string[] Sections = ["broker", "queues", "daemon", "neighbours", "reduction"];

    /// <summary>Headers of sections that don't exist, also of empty ones.</summary>
    public void CheckSections(IEnumerable<(IReadOnlyList<string> Section, int Line)> sections, string name)
    {
        foreach (var (section, line) in sections)
        {
            if (!IsKnownSection(section) && section is not ["reduction", "instruments"])
            {
                errors.Add(new($"{name}:{line}", string.Join('.', section), WhyUnknown(section)));
            }
        }
    }

    public Settings Build(IReadOnlyList<SettingEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !IsKnownSection(entry.Section) && !IsTold(entry)))
        {
            errors.Add(new(entry.Where, entry.Key, entry.Section.Count == 0
                ? $"stands outside of a section; sections are {Shown(Sections)}"
                : WhyUnknown(entry.Section)));
        }

        var reduction = Apply(new ReductionSettings(), SettingKeys.Reduction, In(entries, "reduction"));
        return new Settings
        {
            Broker = Apply(new BrokerSettings(), SettingKeys.Broker, In(entries, "broker")),
            Queues = Apply(new QueueSettings(), SettingKeys.Queues, In(entries, "queues")),
            Daemon = Apply(new DaemonSettings(), SettingKeys.Daemon, In(entries, "daemon")),
            Neighbours = Apply(new NeighbourSettings(), SettingKeys.Neighbours, In(entries, "neighbours")),
            Reduction = reduction,
            Instruments = entries.Where(entry => entry.IsInstrument)
                .GroupBy(entry => entry.Section[2].ToUpperInvariant())
                .ToDictionary(group => group.Key, group => Apply(reduction, SettingKeys.Reduction, group)),
            Origins = entries.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Where),
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

    // Its section's header was an error already.
    private bool IsTold(SettingEntry entry) =>
        errors.Any(error => entry.Section.Count > 0 && error.Key == string.Join('.', entry.Section));

    private static IEnumerable<SettingEntry> In(IReadOnlyList<SettingEntry> entries, string section) =>
        entries.Where(entry => entry.Section.Count == 1 && entry.Section[0] == section);

    private static bool IsKnownSection(IReadOnlyList<string> section) => section switch
    {
        [var name] => Sections.Contains(name),
        ["reduction", "instruments", var instrument] => IsInstrumentName(instrument),
        _ => false,
    };

    private static bool IsInstrumentName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string WhyUnknown(IReadOnlyList<string> section) => section switch
    {
        ["reduction", "instruments"] => "needs the instrument's name: [reduction.instruments.ENGINX]",
        ["reduction", "instruments", var name] => $"\"{name}\" is no instrument's name; letters, digits, _ and - are",
        _ => $"unknown section [{string.Join('.', section)}]{Nearest(section[0], Sections)}; sections are {Shown(Sections)} and [reduction.instruments.NAME]",
    };

    private static string Shown(IEnumerable<string> sections) => string.Join(", ", sections.Select(name => $"[{name}]"));

    // password is far from password_file by letters, but it is what was meant.
    private static string Nearest(string word, IEnumerable<string> known)
    {
        var nearest = known.MinBy(name => name.StartsWith($"{word}_", StringComparison.Ordinal) ? 0 : EditDistance.Between(word, name))!;
        return nearest.StartsWith($"{word}_", StringComparison.Ordinal) || EditDistance.Between(word, nearest) <= Math.Max(2, word.Length / 3)
            ? $"; did you mean {nearest}?"
            : "";
    }
}

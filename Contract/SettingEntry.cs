namespace Autoreduction.Contract;

/// <summary>One <c>key = value</c> that was found, with the names of the sections around it, and the file's line (0: environment).</summary>
internal sealed record SettingEntry(IReadOnlyList<string> Section, string Name, SettingValue Value, string Where, int Line)
{
    private const int InstrumentPart = 2;

    /// <summary>Whether it overrides something for one instrument.</summary>
    public bool IsInstrument => Section is ["reduction", "instruments", _];

    /// <summary>The key with its section; an instrument's name is in upper case.</summary>
    public string Key => string.Join('.', Section
        .Select((part, index) => IsInstrument && index == InstrumentPart ? part.ToUpperInvariant() : part)
        .Append(Name));
}

namespace Autoreduction.Contract;

/// <summary>One <c>key = value</c> that was found, with the names of the sections around it.</summary>
internal sealed record SettingEntry(IReadOnlyList<string> Section, string Name, SettingValue Value, string Where)
{
    public string Key => string.Join('.', Section.Append(Name));
}

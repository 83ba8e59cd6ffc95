using System.Diagnostics;

namespace Autoreduction.Tests.Faults;

/// <summary>The defect that the programs under test are started with; none, but in <see cref="MutantTests"/>.</summary>
internal static class ActiveMutant
{
    private static readonly AsyncLocal<string?> Current = new();

    public static string? Name
    {
        get => Current.Value;
        set => Current.Value = value;
    }

    /// <summary>How long the oracle waits for what must come. What a mutant lost never comes.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(Name is null ? 45 : 15);

    /// <summary>Has a program that is to be started take the defect.</summary>
    public static void AddTo(ProcessStartInfo start) => start.Environment["AUTOREDUCTION_MUTANT"] = Name;
}

using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Where the results of a run go.</summary>
/// <param name="Root">The directory that holds version folders, or, flat, the results themselves.</param>
/// <param name="IsFlat">Whether there are no run and version folders.</param>
internal sealed record ResultPaths(string Root, bool IsFlat)
{
    private const string VersionPrefix = "run-version-";

    public static ResultPaths Of(RunRequest run, ReductionSettings settings)
    {
        var isFlat = run.FlatOutput || settings.FlatOutputInstruments.Contains(run.InstrumentFolder, StringComparer.OrdinalIgnoreCase);
        var template = settings.ResultsDirectory.TrimEnd('/');
        if (isFlat && template.IndexOf("{run_number}", StringComparison.Ordinal) is > 0 and var at)
        {
            template = template[..template.LastIndexOf('/', at)];
        }

        return new(PathTemplate.Expand(template, ("instrument", run.InstrumentFolder), ("rb_number", $"{run.RbNumber}"), ("run_number", run.RunFolder)), isFlat);
    }

    /// <summary>The folder of a version.</summary>
    public string Version(long number) => Path.Combine(Root, $"{VersionPrefix}{number}");

    /// <summary>The version after the highest among these folder names, from 0.</summary>
    public static long NextVersion(IEnumerable<string> folders) =>
        folders.Select(folder => folder.StartsWith(VersionPrefix, StringComparison.Ordinal) && long.TryParse(folder[VersionPrefix.Length..], out var number) ? number + 1 : 0)
            .DefaultIfEmpty(0)
            .Max();
}

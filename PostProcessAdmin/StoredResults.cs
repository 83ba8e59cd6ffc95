namespace Autoreduction.PostProcessAdmin;

/// <summary>Results in their place.</summary>
/// <param name="Directory">The directory, with a slash at its end. Flat ones hold results of other runs too.</param>
/// <param name="Names">Files and links of this run in it.</param>
internal sealed record StoredResults(string Directory, IReadOnlyList<string> Names);

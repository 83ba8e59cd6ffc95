using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests;

/// <summary>
/// Removes what the .NET runtime leaves in the temporary directory for each process that is killed: pipes for debuggers. The
/// natively compiled programs have none.
/// </summary>
[SetUpFixture]
public sealed partial class RuntimeRemains
{
    private readonly DateTime _began = DateTime.UtcNow;

    [OneTimeTearDown]
    public void Remove()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.GetTempPath()))
        {
            if (Name().Match(Path.GetFileName(path)) is { Success: true } match && !Directory.Exists($"/proc/{match.Groups[1].Value}") && File.GetLastWriteTimeUtc(path) >= _began)
            {
                File.Delete(path);
            }
        }
    }

    [GeneratedRegex(@"^(?:clr-debug-pipe|dotnet-diagnostic)-(\d+)-")]
    private static partial Regex Name();
}

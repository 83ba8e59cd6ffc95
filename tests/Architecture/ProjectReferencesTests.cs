using System.Runtime.CompilerServices;
using System.Xml.Linq;
using NUnit.Framework;

namespace Autoreduction.Tests.Architecture;

public sealed class ProjectReferencesTests
{
    private static readonly string[] Libraries = ["Contract", "Posix", "Stomp"];

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));

    [TestCase("Stomp")]
    [TestCase("Posix")]
    [TestCase("Contract")]
    public void A_library_knows_no_other_project(string project)
    {
        Assert.That(ReferencesOf(project), Is.Empty);
    }

    [TestCase("Daemon")]
    [TestCase("PostProcessAdmin")]
    [TestCase("Control")]
    public void A_program_knows_the_libraries_and_no_other_program(string project)
    {
        Assert.That(ReferencesOf(project), Is.EquivalentTo(Libraries));
    }

    [Test]
    public void Processes_are_started_by_the_Spawner_alone()
    {
        var culprits = new[] { "Daemon", "PostProcessAdmin", "Control", "Posix" }
            .SelectMany(project => Directory.GetFiles(Path.Combine(Root(), project), "*.cs"))
            .Where(file => File.ReadAllText(file) is var text && (text.Contains("Process.Start") || text.Contains("UnixSignal(")));

        Assert.That(culprits, Is.Empty);
    }

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(Path.Combine(Root(), project, $"{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}

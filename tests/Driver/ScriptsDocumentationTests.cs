using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Autoreduction.Tests.Packaging;
using Autoreduction.Tests.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

/// <summary>The scripts that docs/scripts.md shows do what it says of them.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class ScriptsDocumentationTests : IDisposable
{
    private static readonly (string Heading, string Script)[] Examples = [.. Read(File.ReadAllText(Repository.PathOf("docs/scripts.md")))];

    // An interpreter with h5py, which one of the examples reads its data with.
    private readonly DriverJob _job = new("/usr/bin/python3");

    [Test]
    public void Each_of_them_is_run_here() =>
        Assert.That(Examples.Select(example => example.Heading), Is.EqualTo(new[] { "The shortest script", "How a run ends" }));

    [Test]
    public async Task The_shortest_loads_its_data_and_saves_it_under_a_name_with_its_energy()
    {
        _job.Write("lib/mantid/__init__.py", "");
        _job.Write("lib/mantid/simpleapi.py", "def Load(path): return open(path).read()\ndef SaveNexus(workspace, path): open(path, 'w').write(workspace)\n");
        _job.Write("reduce_vars.py", "standard_vars = {'ei': 5}\nadvanced_vars = {}\n");
        _job.Request["script_directories"] = new JsonArray(_job.PathOf("lib"));
        _job.Request["input_file"] = _job.Write("MARI28581.nxs", "counts");
        _job.Request["standard_vars"] = new JsonObject { ["ei"] = 12.5 };

        var run = await _job.RunAsync(ScriptOf("The shortest script"));

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(Directory.GetFileSystemEntries(_job.OutputDirectory), Is.EqualTo(new[] { _job.OutputDirectory + "reduced_12.5.nxs" }));
        Assert.That(File.ReadAllText(_job.OutputDirectory + "reduced_12.5.nxs"), Is.EqualTo("counts"));
    }

    [TestCase(28581, "histograms", "skipped", "Reduction Skipped: run 28581 is in SKIP_RUNS")]
    [TestCase(28582, "detector_1_events", "skipped", "Reduction Skipped: Skip: Event mode not supported")]
    [TestCase(28582, "histograms", "complete", null)]
    public async Task The_one_that_skips_does_so_for_the_runs_it_lists_and_for_event_mode(int run, string group, string outcome, string? message)
    {
        _job.Request["run_numbers"] = new JsonArray(run);
        _job.Request["input_file"] = _job.PathOf("data.nxs");
        Python.Run(_job.PathOf("."), $"import h5py; h5py.File('data.nxs', 'w').create_group('raw_data_1/{group}')");

        var ended = await _job.RunAsync(ScriptOf("How a run ends"));

        Assert.That((ended.Outcome, ended.Message), Is.EqualTo((outcome, message)), ended.Error);
    }

    public void Dispose() => _job.Dispose();

    private static string ScriptOf(string heading) => Examples.Single(example => example.Heading == heading).Script;

    private static IEnumerable<(string Heading, string Script)> Read(string text) =>
        Example().Matches(text).Select(match => (Heading().Matches(text[..match.Index])[^1].Groups[1].Value, match.Groups[1].Value));

    [GeneratedRegex("^```python.*?\\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}

using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Several runs that are reduced as one.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunBatchTests : IAsyncDisposable
{
    private const string Label = "reduction_log/RB_1810001_Run_3701-3702_";
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunBatchTests()
    {
        _run = new PostProcessAdminRunner(_broker.Uri);
        _run.Message["run_number"] = new JsonArray(3701, "3702");
        _run.Message["data"] = new JsonArray(_run.DataPath, @"\\SERVER\share\data\MARI3701.nxs");
        _run.Script = "def main(input_file, output_dir):\n    open('files', 'w').write(repr(input_file))\n";
    }

    private string Autoreduced => Path.GetDirectoryName(_run.RunFolder)!;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_batch_gets_all_files_and_a_folder_of_its_range(CancellationToken token)
    {
        var code = await _run.RunAsync(token);

        var folder = Path.Combine(Autoreduced, "batch-3701-3702/run-version-0");
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(folder, "files")), Is.EqualTo($"['{_run.DataPath}', '{_run.DataPath}']"));
        Assert.That(Files(folder), Is.EquivalentTo(new[] { "files", $"{Label}Script.out", $"{Label}Mantid.log", "reduction_log/reduce.py", "reduction_log/reduction.json" }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_flat_batch_has_its_range_in_the_names_of_its_logs_alone(CancellationToken token)
    {
        _run.Message["flat_output"] = true;
        string[] logs = [$"{Label}Script.out", $"{Label}Mantid.log", $"{Label}reduce.py", $"{Label}reduction.json"];
        foreach (var expected in (string[][])[["files", .. logs], ["files", .. logs, .. logs.Select(log => log + ".2")]])
        {
            var code = await _run.RunAsync(token);

            Assert.That(code, Is.Zero, _run.AdminLog);
            Assert.That(_run.Outcome!.ResultDirectories, Is.EqualTo(new[] { Autoreduced + "/" }));
            Assert.That(Files(Autoreduced), Is.EquivalentTo(expected));
            Array.ForEach(Directory.GetFiles(_run.Files.Directory), File.Delete);
        }
    }

    [TestCase("[3701, 3702]", "[\"/a\"]")]
    [TestCase("[3701]", "[\"/a\", \"/b\"]")]
    [TestCase("[3701, 3702]", "\"/a\"")]
    [TestCase("3701", "[\"/a\"]")]
    [CancelAfter(60_000)]
    public async Task Runs_and_files_that_do_not_match_are_an_error_that_names_both_before_an_announcement(string runs, string data, CancellationToken token)
    {
        _run.Message["run_number"] = JsonNode.Parse(runs);
        _run.Message["data"] = JsonNode.Parse(data);

        var code = await _run.RunAsync(token);

        var (destination, body, _) = await _broker.NextAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(destination, Is.EqualTo("/queue/ReductionError"));
        Assert.That(body["message"]!.GetValue<string>(), Does.Contain("run_number").And.Contain("data"));
        Assert.That(body["run_number"]!.ToJsonString(), Is.EqualTo(_run.Message["run_number"]!.ToJsonString()));
        Assert.That(_broker.IsEmpty, Is.True);
        Assert.That(Directory.GetFileSystemEntries(_run.Results), Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file));
}

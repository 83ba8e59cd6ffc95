using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Every kind of outcome, twice in a row, in both layouts of results.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunTwiceTests : IAsyncDisposable
{
    private const string Logs = "reduction_log/RB_1810001_Run_3701_";
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunTwiceTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [TestCase("open('out.txt', 'w').close()", JobResult.Complete, null)]
    [TestCase("raise ValueError('no monitors')", JobResult.Error, "REDUCTION Error: ValueError: no monitors")]
    [TestCase("raise RuntimeError('Skip: no beam')", JobResult.Skipped, "Reduction Skipped: Skip: no beam")]
    [TestCase("os.kill(os.getpid(), signal.SIGSEGV)", JobResult.Error, "REDUCTION Error: the script was killed by SIGSEGV; see the logs")]
    [TestCase("time.sleep(600)", JobResult.Error, "Script ran for more than 2 seconds - timed out")]
    [TestCase("x = b'x' * (300 << 20); time.sleep(900)", JobResult.Error, @"Script used \d+ MiB of memory, more than the limit of 200 MiB - stopped")]
    [CancelAfter(120_000)]
    public async Task Outcome_queue_text_and_files_are_right_both_times(string statement, JobResult result, string? message, CancellationToken token)
    {
        _run.Script = $"import os, signal, time\ndef main(input_file, output_dir):\n    print('ran', flush=True)\n    {statement}\n";
        _run.Reduction = _run.Reduction with { ScriptTimeout = TimeSpan.FromSeconds(statement.Contains("600") ? 2 : 3600), MemoryLimit = 200 << 20, Software = [] };
        foreach (var isFlat in (bool[])[false, true])
        {
            _run.Message["flat_output"] = isFlat;
            for (var time = 0; time < 2; time++)
            {
                await ReduceAsync(result, message, token);

                var folder = isFlat ? Path.GetDirectoryName(_run.RunFolder)! : Path.Combine(_run.RunFolder, $"run-version-{time}");
                var suffix = isFlat && time > 0 ? ".2" : "";
                Assert.That(_run.Outcome!.ResultDirectories, Is.EqualTo(new[] { folder + "/" }));
                Assert.That(File.Exists(Path.Combine(folder, "out.txt")), Is.EqualTo(result == JobResult.Complete));
                Assert.That(File.ReadAllText(Path.Combine(folder, $"{Logs}Script.out{suffix}")), Is.EqualTo("ran\n"));
                Assert.That(File.Exists(Path.Combine(folder, $"{Logs}Mantid.log{suffix}")), Is.True);
                Assert.That(File.Exists(Path.Combine(folder, isFlat ? $"{Logs}reduction.json{suffix}" : "reduction_log/reduction.json")), Is.True);
                Array.ForEach(Directory.GetFiles(_run.Files.Directory), File.Delete);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task ReduceAsync(JobResult result, string? message, CancellationToken token)
    {
        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        var (destination, body, _) = await _broker.NextAsync(token);
        Assert.That(destination, Is.EqualTo($"/queue/Reduction{result}"));
        Assert.That(body["message"]?.GetValue<string>(), message is null ? Is.Null : Does.Match($"^{message}$"));
        Assert.That(body["reduction_log"]!.GetValue<string>(), Does.StartWith("ran\n"));
        Assert.That(body["reduction_data"] is null, Is.EqualTo(result != JobResult.Complete));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }
}

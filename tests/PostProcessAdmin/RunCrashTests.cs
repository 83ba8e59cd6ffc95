using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunCrashTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunCrashTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(120_000)]
    public async Task A_run_that_is_killed_again_and_again_ends_with_whole_results_and_one_outcome([Values] bool overwrite, CancellationToken token)
    {
        _run.Message["overwrite"] = overwrite;
        _run.Script = """
            import os
            def main(input_file, output_dir):
                for number in range(200):
                    with open("{}.txt".format(number), "w") as file:
                        file.write("x" * 10000)
            """;
        // At any moment of its life, early ones and those of a fast build included.
        var random = new Random(TestContext.CurrentContext.Random.Next());
        for (var attempt = 0; attempt < 20 && _run.Outcome is null; attempt++)
        {
            _run.Start();
            await Task.Delay(TimeSpan.FromMilliseconds(5 * Math.Pow(2, 7 * random.NextDouble())), token);
            await _run.KillAsync(token);
        }

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        Assert.That(_run.Outcome.Published, Is.True);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(_run.Outcome.ResultDirectories.Single(), Is.SubPathOf(_run.RunFolder));
        foreach (var version in Directory.GetFileSystemEntries(_run.RunFolder))
        {
            Assert.That(Path.GetFileName(version), Does.StartWith("run-version-"));
            Assert.That(Directory.GetFiles(version, "*.txt"), Has.Length.EqualTo(200), version);
        }

        var told = new List<string>();
        while (!_broker.IsEmpty)
        {
            told.Add((await _broker.NextAsync(token)).Destination);
        }

        // At least once: one that was killed before it noted the receipt says it again.
        Assert.That(told[^1], Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(told[0], Is.EqualTo("/queue/ReductionStarted"));
        Assert.That(told.Distinct(), Has.Exactly(2).Items);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}

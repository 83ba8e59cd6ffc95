using Autoreduction.Contract;
using Autoreduction.Tests.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Long-term storage that can't refuse to replace, such as NFS.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunPlainRenameTests : IAsyncDisposable
{
    private const int Count = 5;
    private readonly RecordingBroker _broker = new();
    private readonly List<PostProcessAdminRunner> _runs = [];

    public RunPlainRenameTests()
    {
        for (var number = 0; number < Count; number++)
        {
            var run = new PostProcessAdminRunner(_broker.Uri) { Through = PlainRename.Command };
            _runs.Add(run);
            run.Reduction = run.Reduction with { Software = [], ResultsDirectory = Path.Combine(_runs[0].Results, "{run_number}") };
            run.Script = $"def main(input_file, output_dir):\n    open('out.txt', 'w').write('{number}')\n";
        }
    }

    private string Folder => Path.Combine(_runs[0].Results, "3701");

    [Test]
    [CancelAfter(60_000)]
    public async Task Runs_that_store_at_the_same_time_get_versions_of_their_own(CancellationToken token)
    {
        var codes = await Task.WhenAll(_runs.Select(run => run.RunAsync(token)));

        Assert.That(codes, Has.All.Zero);
        Assert.That(_runs.Select(run => run.Outcome!.ResultDirectories.Single()), Is.EquivalentTo(Enumerable.Range(0, Count).Select(version => $"{Folder}/run-version-{version}/")));
        Assert.That(_runs.Select(run => File.ReadAllText(run.Outcome!.ResultDirectories.Single() + "out.txt")), Is.EqualTo(Enumerable.Range(0, Count).Select(number => $"{number}")));
        Assert.That(Directory.GetFileSystemEntries(Folder), Has.Length.EqualTo(Count));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_result_is_overwritten_as_a_whole(CancellationToken token)
    {
        foreach (var run in _runs.Take(2))
        {
            run.Message["overwrite"] = true;

            Assert.That(await run.RunAsync(token), Is.Zero, run.AdminLog);
            Assert.That(run.Outcome!.Result, Is.EqualTo(JobResult.Complete), run.Outcome.Message);
        }

        Assert.That(Directory.GetFileSystemEntries(Folder), Is.EqualTo(new[] { $"{Folder}/run-version-0" }));
        Assert.That(File.ReadAllText($"{Folder}/run-version-0/out.txt"), Is.EqualTo("1"));
        Assert.That(Directory.GetFiles($"{Folder}/run-version-0"), Has.Length.EqualTo(1));
    }

    public async ValueTask DisposeAsync()
    {
        _runs.ForEach(run => run.Dispose());
        await _broker.DisposeAsync();
    }
}

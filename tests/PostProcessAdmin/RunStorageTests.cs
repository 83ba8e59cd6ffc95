using Autoreduction.Contract;
using Autoreduction.Tests.Faults;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunStorageTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunStorageTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_that_cannot_be_stored_are_kept_and_the_error_says_where(CancellationToken token)
    {
        _run.Write("results/TESTY", "a file in place of a directory");

        var code = await _run.RunAsync(token);

        await _broker.NextAsync(token);
        var (destination, body, _) = await _broker.NextAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(destination, Is.EqualTo("/queue/ReductionError"));
        Assert.That(body["message"]!.GetValue<string>(), Does.Contain($"{_run.PrivateDirectory}/output"));
        Assert.That(body["reduction_data"], Is.Null);
        Assert.That(File.ReadAllText(Path.Combine(_run.PrivateDirectory, "output/out.txt")), Is.EqualTo(_run.DataPath));
        Assert.That(File.ReadAllText(Path.Combine(_run.PrivateDirectory, "KEPT.txt")), Does.Contain("could not be copied"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Storing_is_tried_again_until_storage_is_back(CancellationToken token)
    {
        var blocker = _run.Write("results/TESTY", "a file in place of a directory");
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.FromSeconds(50) };
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("trying again"), token);
        File.Delete(blocker);

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete));
        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-0/out.txt")), Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_that_can_be_seen_but_are_not_on_disk_yet_are_not_stored_a_second_time(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.FromSeconds(50) };
        _run.Script = $"import os, time\ndef main(input_file, output_dir):\n    while not os.path.exists('{_run.PathOf("go")}'):\n        time.sleep(0.02)\n";
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(_run.Files.Started), token);
        await using (await FailingCalls.InAsync(_run.Pid, "fsync", "EIO", token))
        {
            _run.Write("go", "");
            await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Split("trying again").Length > 2, token);
        }

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(Directory.GetFileSystemEntries(_run.RunFolder), Is.EqualTo(new[] { Path.Combine(_run.RunFolder, "run-version-0") }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_failed_run_is_told_even_where_its_logs_cannot_be_stored(CancellationToken token)
    {
        _run.Write("results/TESTY", "a file in place of a directory");
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.FromMinutes(5) };
        _run.Script = "raise ValueError('the reason')\n";

        var code = await _run.RunAsync(token);

        await _broker.NextAsync(token);
        var (_, body, _) = await _broker.NextAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(body["message"]!.GetValue<string>(), Is.EqualTo("REDUCTION Error: ValueError: the reason"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_rerun_that_overwrites_replaces_version_0_as_a_whole(CancellationToken token)
    {
        _run.Write("results/TESTY/RB1810001/autoreduced/3701/run-version-0/old.txt", "old");
        _run.Write("results/TESTY/RB1810001/autoreduced/3701/run-version-1/other.txt", "other");
        _run.Message["overwrite"] = true;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(Directory.GetFileSystemEntries(_run.RunFolder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "run-version-0", "run-version-1" }));
        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-0/old.txt")), Is.False);
        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-0/out.txt")), Is.True);
        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-1/other.txt")), Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_rerun_that_fails_does_not_replace_an_earlier_success(CancellationToken token)
    {
        _run.Write("results/TESTY/RB1810001/autoreduced/3701/run-version-0/good.txt", "good");
        _run.Message["overwrite"] = true;
        _run.Script = "raise ValueError()\n";

        await _run.RunAsync(token);

        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-0/good.txt")), Is.True);
        Assert.That(Directory.Exists(Path.Combine(_run.RunFolder, "run-version-1/reduction_log")), Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_flat_instrument_gets_results_without_folders_and_keeps_earlier_logs(CancellationToken token)
    {
        _run.Message["flat_output"] = true;
        var flat = Path.GetDirectoryName(_run.RunFolder)!;
        _run.Write("results/TESTY/RB1810001/autoreduced/reduction_log/RB_1810001_Run_3701_Script.out", "of an earlier attempt");
        _run.Write("results/TESTY/RB1810001/autoreduced/out.txt", "old");

        var code = await _run.RunAsync(token);

        await _broker.NextAsync(token);
        var (_, body, _) = await _broker.NextAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(body["reduction_data"]!.AsArray().Single()!.GetValue<string>(), Is.EqualTo(flat + "/"));
        Assert.That(File.ReadAllText(Path.Combine(flat, "out.txt")), Is.EqualTo(_run.DataPath));
        Assert.That(File.ReadAllText(Path.Combine(flat, "reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("of an earlier attempt"));
        Assert.That(Directory.GetFiles(Path.Combine(flat, "reduction_log")).Select(Path.GetFileName), Is.EquivalentTo(new[]
        {
            "RB_1810001_Run_3701_Script.out", "RB_1810001_Run_3701_Script.out.2", "RB_1810001_Run_3701_Mantid.log",
            "RB_1810001_Run_3701_reduce.py", "RB_1810001_Run_3701_reduction.json",
        }));
        Assert.That(Directory.GetFileSystemEntries(flat), Has.Length.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(60_000)]
    public async Task A_script_that_returns_the_place_of_its_results_has_them_there_once(bool isDirectly, CancellationToken token)
    {
        _run.Message["flat_output"] = true;
        var flat = Path.GetDirectoryName(_run.RunFolder)!;
        Directory.CreateSymbolicLink(_run.PathOf("link"), _run.Results);
        var named = isDirectly ? flat + "/" : flat.Replace(_run.Results, _run.PathOf("link"), StringComparison.Ordinal);
        _run.Script = $"def main(input_file, output_dir):\n    open(output_dir + 'out.txt', 'w').write('1')\n    return ['{named}', output_dir, 'out.txt']\n";

        Assert.That(await _run.RunAsync(token), Is.Zero, _run.AdminLog);

        Assert.That(Directory.GetFileSystemEntries(flat).Select(Path.GetFileName), Is.EquivalentTo(new[] { "out.txt", "reduction_log" }));
        Assert.That(Directory.GetFiles(Path.Combine(flat, "reduction_log")), Has.Length.EqualTo(4), "each log once");
        Assert.That(_run.AdminLog, Does.Contain($"{named.TrimEnd('/')} is ignored: the results are there already"));
        Assert.That(_run.AdminLog, Does.Contain($"{_run.PrivateDirectory}/output/out.txt is ignored: it lies in the run's own directory"));
        Assert.That(_run.AdminLog, Does.Not.Contain($"{_run.PrivateDirectory}/output/ is ignored").And.Not.Contain($"{_run.PrivateDirectory}/output is ignored"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Where_the_temporary_directory_is_a_link_a_named_output_is_stored_once(CancellationToken token)
    {
        Directory.CreateSymbolicLink(_run.PathOf("behind"), _run.Temporary);
        _run.Reduction = _run.Reduction with { TemporaryDirectory = _run.PathOf("behind") };
        _run.Script = $"""
            import os
            open('a.nxs', 'w').write('1')
            os.symlink('a.nxs', 'b.nxs')
            os.symlink(os.path.join(os.getcwd(), 'a.nxs'), 'c.nxs')
            output = [os.path.join(os.getcwd(), 'a.nxs'), output_dir + 'a.nxs', '{_run.PathOf("behind")}/{_run.JobId}/output/a.nxs', 'b.nxs']
            """;

        Assert.That(await _run.RunAsync(token), Is.Zero, _run.AdminLog);

        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        var stored = new DirectoryInfo(Path.Combine(_run.RunFolder, "run-version-0"));
        Assert.That(stored.GetFileSystemInfos().Select(entry => entry.Name), Is.EquivalentTo(new[] { "a.nxs", "b.nxs", "c.nxs", "reduction_log" }));
        Assert.That(File.ReadAllText(Path.Combine(stored.FullName, "c.nxs")), Is.EqualTo("1"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}

using System.Diagnostics;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Long-term storage that is pulled away while a run is reduced: a real file system, mounted for each test.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunMountTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunMountTests()
    {
        if (!UserAccount.MayChange)
        {
            Assert.Ignore("mounting needs root");
        }

        _run = new PostProcessAdminRunner(_broker.Uri);
        Mount("size=50m,mode=755");
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.FromMinutes(5), MinFreeSpace = 0 };
        _run.Script = $"""
            import os, time
            def main(input_file, output_dir):
                with open("out.txt", "wb") as file:
                    file.write(b"x" * (3 << 20))
                open("{_run.PathOf("ready")}", "w").close()
                while not os.path.exists("{_run.PathOf("go")}"):
                    time.sleep(0.01)
            """;
    }

    public enum Away
    {
        Full,
        ReadOnly,
        Unmounted,
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_are_stored_when_storage_is_back([Values] Away away, [Values] bool isFlat, CancellationToken token)
    {
        _run.Message["flat_output"] = isFlat;
        await StartUntilReadyAsync(token);
        Take(away);
        File.WriteAllText(_run.PathOf("go"), "");
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("trying again"), token);
        Assert.That(Seen(), Is.Empty, "half a result was seen, or one was written where nothing is mounted");
        GiveBack(away);

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        Assert.That(new FileInfo(Path.Combine(_run.Outcome.ResultDirectories.Single(), "out.txt")).Length, Is.EqualTo(3 << 20));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Results_are_whole_when_storage_goes_while_they_are_copied([Values] Away away, [Values] bool isFlat, CancellationToken token)
    {
        const int count = 4000;
        _run.Message["flat_output"] = isFlat;
        _run.Script = $"def main(input_file, output_dir):\n    for number in range({count}):\n        with open(str(number), 'w') as file:\n            file.write('x' * 4000)\n";
        _run.Start();
        await CopyingBeganAsync(token);

        await TakeMeanwhileAsync(away, token);
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("trying again") || _run.AdminLog.Contains("results in "), token);
        Assume.That(_run.AdminLog, Does.Contain("trying again"), "it was faster");
        Assert.That(Seen(), Is.Empty, "half a result was seen, or one was written where nothing is mounted");
        GiveBack(away);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        var stored = Directory.GetFiles(_run.Outcome.ResultDirectories.Single()).Select(path => new FileInfo(path));
        Assert.That(stored.Count(file => file.Length == 4000), Is.EqualTo(count));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Storage_behind_a_link_is_missed_too_when_it_is_unmounted(CancellationToken token)
    {
        File.CreateSymbolicLink(_run.PathOf("link"), _run.Results);
        _run.Reduction = _run.Reduction with { ResultsDirectory = _run.PathOf("link/{run_number}"), StorageMountPoint = _run.PathOf("link") };
        await StartUntilReadyAsync(token);
        Take(Away.Unmounted);
        File.WriteAllText(_run.PathOf("go"), "");
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("trying again"), token);
        Assert.That(Seen(), Is.Empty, "written where nothing is mounted");
        GiveBack(Away.Unmounted);

        Assert.That(await _run.EndAsync(token), Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_are_kept_and_named_when_storage_stays_away([Values] Away away, CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.Zero };
        await StartUntilReadyAsync(token);
        Take(away);
        File.WriteAllText(_run.PathOf("go"), "");

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Error));
        Assert.That(_run.Outcome.Message, Does.Contain($"kept on {Environment.MachineName} in {_run.PrivateDirectory}/output"));
        Assert.That(new FileInfo(Path.Combine(_run.PrivateDirectory, "output/out.txt")).Length, Is.EqualTo(3 << 20));
        Assert.That(Seen(), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_does_not_begin_where_nothing_is_mounted_at_the_mount_point(CancellationToken token)
    {
        Take(Away.Unmounted);
        _run.Reduction = _run.Reduction with { StorageMountPoint = _run.Results, PublishRetry = TimeSpan.Zero };

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(_run.AdminLog, Does.Contain($"nothing is mounted at {_run.Results}"));
        Assert.That(File.Exists(_run.PathOf("ready")), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_does_not_begin_where_there_is_no_room(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { MinFreeSpace = 60 << 20, PublishRetry = TimeSpan.FromSeconds(1) };

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(_run.AdminLog, Does.Contain($"50 MiB are free in {_run.Results}, less than min_free_space, 60 MiB"));
        Assert.That(File.Exists(_run.PathOf("ready")), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_waits_for_room_and_goes_on_by_itself(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { MinFreeSpace = 60 << 20 };
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(_run.Files.Trouble), token);
        Assert.That(File.ReadAllText(_run.Files.Trouble), Does.StartWith("waits for storage: only 50 MiB are free"));
        Assert.That(File.Exists(_run.PathOf("ready")), Is.False);
        File.WriteAllText(_run.PathOf("go"), "");
        Call("mount", "-o", "remount,size=100m", _run.Results);

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        Assert.That(File.Exists(_run.Files.Trouble), Is.False);
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            Call("umount", "--lazy", _run.Results);
            _run.Dispose();
        }

        await _broker.DisposeAsync();
    }

    private async Task StartUntilReadyAsync(CancellationToken token)
    {
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(_run.PathOf("ready")), token);
    }

    private string Ballast => Path.Combine(_run.Results, ".ballast");

    // The files that anybody who lists the results sees.
    private IEnumerable<string> Seen() => Directory.GetFiles(_run.Results, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/."));

    // Until copying has begun.
    private Task CopyingBeganAsync(CancellationToken token) => Task.Run(
        () =>
        {
            while (!Directory.EnumerateDirectories(_run.Results, ".*.partial", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Any())
            {
                token.ThrowIfCancellationRequested();
            }
        },
        token);

    private void Take(Away away) => Assert.That(TryTake(away), Is.True);

    // It stands still until that is done. Read-only is refused while a file is open for writing.
    private async Task TakeMeanwhileAsync(Away away, CancellationToken token)
    {
        const int SIGSTOP = 19;
        do
        {
            _run.Signal(Signals.SIGCONT);
            await Task.Yield();
            _run.Signal(SIGSTOP);
            token.ThrowIfCancellationRequested();
        }
        while (!TryTake(away));
        _run.Signal(Signals.SIGCONT);
    }

    private bool TryTake(Away away) => away switch
    {
        Away.Full => !Call("/bin/sh", "-c", "cat /dev/zero >\"$1\"", "sh", Ballast),
        Away.ReadOnly => Call("mount", "-o", "remount,ro", _run.Results),
        _ => Call("umount", "--lazy", _run.Results),
    };

    private void GiveBack(Away away)
    {
        switch (away)
        {
            case Away.Full:
                File.Delete(Ballast);
                break;
            case Away.ReadOnly:
                Call("mount", "-o", "remount,rw", _run.Results);
                break;
            default:
                Mount("size=50m,mode=755");
                break;
        }
    }

    private void Mount(string options) => Call("mount", "-t", "tmpfs", "-o", options, "tmpfs", _run.Results);

    private static bool Call(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

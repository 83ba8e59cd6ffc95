using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Python comes up while the run is announced; its script waits until the broker has confirmed that.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunAnnouncementTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new() { Confirms = false };
    private readonly PostProcessAdminRunner _run;
    private readonly string _begun;

    public RunAnnouncementTests()
    {
        _run = new PostProcessAdminRunner(_broker.Uri);
        _begun = _run.PathOf("begun");
        _run.Script = $"open('{_begun}', 'w').close()\ndef main(input_file, output_dir):\n    pass\n";
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_begins_when_its_announcement_is_confirmed_and_not_before(CancellationToken token)
    {
        _run.Start();
        await DriverWaitsAsync(token);
        Assert.That(File.Exists(_begun), Is.False);
        Assert.That(File.Exists(_run.Files.Started), Is.False);

        _broker.Confirms = true;
        _broker.Drop();
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.Exists(_begun), Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_that_waits_to_be_announced_ends_unrun_with_its_post_process_admin(CancellationToken token)
    {
        _run.Start();
        await DriverWaitsAsync(token);

        _run.Signal(Signals.SIGKILL);
        await PostProcessAdminRunner.UntilAsync(() => _run.LeftProcesses().Count == 0, token);

        Assert.That(File.Exists(_begun), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_that_is_interrupted_before_it_is_announced_leaves_nothing(CancellationToken token)
    {
        _run.Start();
        await DriverWaitsAsync(token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(File.Exists(_begun), Is.False);
        Assert.That(_run.LeftProcesses(), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    // Python has the FIFO open: it has come up, and waits for one byte.
    private Task DriverWaitsAsync(CancellationToken token) => PostProcessAdminRunner.UntilAsync(
        () => _run.LeftProcesses().Any(pid => pid != _run.Pid && Directory.EnumerateFiles($"/proc/{pid}/fd").Any(IsGate)), token);

    private bool IsGate(string descriptor) => new FileInfo(descriptor).LinkTarget == Path.Combine(_run.PrivateDirectory, "gate");
}

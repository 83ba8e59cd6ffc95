using System.Collections.Concurrent;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>The broker gets the terminal message while the outcome is written down, and may deliver it after that.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunConclusionTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunConclusionTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [TestCase("pass", "/queue/ReductionComplete")]
    [TestCase("raise ValueError('no')", "/queue/ReductionError")]
    [CancelAfter(60_000)]
    public async Task An_outcome_is_on_disk_when_its_message_counts(string body, string destination, CancellationToken token)
    {
        var known = new ConcurrentQueue<(bool Terminal, bool Outcome, bool? Published)>();
        _broker.Received = frame =>
        {
            if (frame.Command == "COMMIT")
            {
                known.Enqueue((File.Exists(_run.Files.Terminal), File.Exists(_run.Files.Outcome), _run.Outcome?.Published));
            }
        };
        _run.Script = $"def main(input_file, output_dir):\n    {body}\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo(destination));
        Assert.That(known, Is.EqualTo(new (bool, bool, bool?)[] { (false, false, null), (true, true, false) }));
        Assert.That(_run.Outcome!.Published, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_outcome_that_can_not_be_written_down_is_not_told(CancellationToken token)
    {
        // rename(2) does not put a file in a directory's place.
        Directory.CreateDirectory(_run.Files.Outcome);

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.Failed), _run.AdminLog);
        Assert.That(_run.AdminLog, Does.Contain(_run.Files.Outcome));
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That(_broker.IsEmpty, Is.True);

        Directory.Delete(_run.Files.Outcome);
        code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(_broker.IsEmpty, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_whose_announcement_can_not_be_noted_is_tried_again_and_its_script_not_begun(CancellationToken token)
    {
        var begun = _run.PathOf("begun");
        _run.Script = $"open('{begun}', 'w').close()\ndef main(input_file, output_dir):\n    pass\n";
        Directory.CreateDirectory(_run.Files.Started);

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(_run.AdminLog, Does.Contain(_run.Files.Started));
        Assert.That(File.Exists(begun), Is.False);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(Directory.EnumerateFiles(_run.Files.Directory, "*.tmp"), Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}

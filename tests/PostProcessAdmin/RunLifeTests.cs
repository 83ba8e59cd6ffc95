using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunLifeTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunLifeTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [TestCase("")]
    [TestCase("{\"job_id\": \"half")]
    [TestCase("{}")]
    [CancelAfter(30_000)]
    public async Task Nothing_runs_when_the_gate_closes_without_an_order(string order, CancellationToken token)
    {
        _run.Start(gate => gate.WriteAll(System.Text.Encoding.UTF8.GetBytes(order)));

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.GateClosed));
        Assert.That(_broker.IsEmpty, Is.True);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(File.Exists(_run.Files.Outcome), Is.False);
    }

    [TestCase("")]
    [TestCase("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")]
    [TestCase("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")]
    [CancelAfter(60_000)]
    public async Task An_interrupted_run_leaves_nothing_and_tells_nothing(string first, CancellationToken token)
    {
        _run.KillGrace = TimeSpan.FromSeconds(0.5);
        var ready = _run.PathOf("ready");
        _run.Script = $"import time\ndef main(input_file, output_dir):\n    open({Quoted(ready)}, 'w')\n    {first}\n    time.sleep(600)\n";
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(ready), token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That(_broker.IsEmpty, Is.True);
        Assert.That(_run.Outcome, Is.Null);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(_run.Results), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_has_all_of_its_grace_to_end_in_order(CancellationToken token)
    {
        _run.KillGrace = TimeSpan.FromSeconds(40);
        var (ready, saved) = (_run.PathOf("ready"), _run.PathOf("saved"));
        _run.Script = $"""
            import signal, sys, time
            def save(number, frame):
                time.sleep(3)
                open({Quoted(saved)}, "w").close()
                sys.exit(1)
            def main(input_file, output_dir):
                signal.signal(signal.SIGTERM, save)
                open({Quoted(ready)}, "w").close()
                time.sleep(600)
            """;
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(ready), token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(File.Exists(saved), Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_program_that_waits_at_the_gate_ends_when_it_is_told_to(CancellationToken token)
    {
        GatePipe? held = null;
        _run.Start(gate => held = gate, closeGate: false);
        using var gate = held!;
        await PostProcessAdminRunner.UntilAsync(_run.IsAtGate, token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.GateClosed));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_connection_that_breaks_meanwhile_is_made_again(CancellationToken token)
    {
        var ready = _run.PathOf("ready");
        var go = _run.PathOf("go");
        _run.Script = $"import os, time\ndef main(input_file, output_dir):\n    open({Quoted(ready)}, 'w')\n    while not os.path.exists({Quoted(go)}):\n        time.sleep(0.01)\n";
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(ready), token);
        _broker.Drop();
        File.WriteAllText(go, "");

        var code = await _run.EndAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(_broker.IsEmpty, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_message_that_cannot_be_read_is_left_to_the_daemon(CancellationToken token)
    {
        File.WriteAllText(_run.Files.Message, "{half");

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.Failed));
        Assert.That(_run.AdminLog, Does.Contain("the body is not JSON"));
        Assert.That(_broker.IsEmpty, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_that_are_being_stored_again_and_again_are_given_up_when_the_run_is_interrupted(CancellationToken token)
    {
        _run.Write("results/TESTY", "a file in place of a directory");
        _run.Reduction = _run.Reduction with { PublishRetry = TimeSpan.FromMinutes(5) };
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("trying again"), token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(_run.Outcome, Is.Null);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_second_attempt_does_not_announce_the_run_again(CancellationToken token)
    {
        File.WriteAllText(_run.Files.Started, "{}");
        Directory.CreateDirectory(Path.Combine(_run.PrivateDirectory, "output"));
        File.WriteAllText(Path.Combine(_run.PrivateDirectory, "output/half.txt"), "of the first attempt");

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(File.Exists(Path.Combine(_run.RunFolder, "run-version-0/half.txt")), Is.False);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task An_outcome_that_the_broker_does_not_take_is_kept_and_told_by_the_next_attempt(CancellationToken token)
    {
        var ready = _run.PathOf("ready");
        var go = _run.PathOf("go");
        _run.Script = $"import os, time\ndef main(input_file, output_dir):\n    open({Quoted(ready)}, 'w')\n    while not os.path.exists({Quoted(go)}):\n        time.sleep(0.01)\n";
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(ready), token);
        _broker.Close();
        File.WriteAllText(go, "");

        var first = await _run.EndAsync(token);

        Assert.That(first, Is.EqualTo(ExitCodes.OutcomeUnpublished), _run.AdminLog);
        Assert.That(_run.Outcome, Has.Property(nameof(JobOutcome.Published)).False.And.Property(nameof(JobOutcome.Result)).EqualTo(JobResult.Complete));
        Assert.That(JsonNode.Parse(File.ReadAllText(_run.Files.Terminal))!["reduction_data"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);

        await using var back = new RecordingBroker();
        using var again = new PostProcessAdminRunner(back.Uri);
        foreach (var file in Directory.GetFiles(_run.Files.Directory))
        {
            File.Copy(file, Path.Combine(again.Files.Directory, Path.GetFileName(file)));
        }

        var second = await again.RunAsync(token);

        Assert.That(second, Is.Zero, again.AdminLog);
        Assert.That((await back.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(back.IsEmpty, Is.True);
        Assert.That(Directory.GetFileSystemEntries(again.Results), Is.Empty);
        Assert.That(again.Outcome!.Published, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_outcome_that_was_told_is_not_told_again(CancellationToken token)
    {
        await _run.RunAsync(token);
        using var again = new PostProcessAdminRunner(_broker.Uri);
        foreach (var file in Directory.GetFiles(_run.Files.Directory))
        {
            File.Copy(file, Path.Combine(again.Files.Directory, Path.GetFileName(file)));
        }

        await _broker.NextAsync(token);
        await _broker.NextAsync(token);
        var code = await again.RunAsync(token);

        Assert.That(code, Is.Zero);
        Assert.That(_broker.IsEmpty, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_lock_is_held_by_the_script_when_its_owner_is_killed(CancellationToken token)
    {
        var ready = _run.PathOf("ready");
        _run.Script = $"import time\ndef main(input_file, output_dir):\n    open({Quoted(ready)}, 'w')\n    time.sleep(600)\n";
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(ready), token);

        _run.Signal(Signals.SIGKILL);
        await PostProcessAdminRunner.UntilAsync(() => !_run.LeftProcesses().Contains(_run.Pid), token);

        Assert.That(FileLock.IsHeld(_run.Files.Lock), Is.True);
        Assert.That(_run.LeftProcesses(), Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_that_cannot_begin_for_want_of_a_broker_ends_at_once_when_it_is_told_to(CancellationToken token)
    {
        _broker.Close();
        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => _run.AdminLog.Contains("broker"), token);

        _run.Signal(Signals.SIGTERM);
        var code = await _run.EndAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain));
        Assert.That(File.Exists(_run.Files.Started), Is.False);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_whose_private_directory_cannot_be_made_is_tried_again_later(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { TemporaryDirectory = _run.DataPath };

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.TryAgain), _run.AdminLog);
        Assert.That(_broker.IsEmpty, Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Neither_password_nor_script_stands_in_the_log(CancellationToken token)
    {
        _run.Script = "# a_line_of_the_script\nraise ValueError('first line\\nsecond line')\n";

        await _run.RunAsync(token);

        Assert.That(_run.AdminLog, Does.Not.Contain("secret").And.Not.Contain("a_line_of_the_script"));
        Assert.That(_run.AdminLog.TrimEnd().Split('\n'), Has.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (INFO |WARN |ERROR) \S"));
        TestContext.Out.WriteLine(_run.AdminLog);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private static string Quoted(string path) => $"'{path}'";
}

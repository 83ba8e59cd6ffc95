using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunFailureTests : IAsyncDisposable
{
    private const string Error = "/queue/ReductionError";
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunFailureTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [TestCase("raise ValueError('no monitors')", "REDUCTION Error: ValueError: no monitors")]
    [TestCase("import sys; sys.exit(3)", "exit code 3")]
    [TestCase("import os; os._exit(3)", "exit code 3")]
    [TestCase("import os; os.kill(os.getpid(), 11)", "killed by SIGSEGV")]
    [TestCase("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL")]
    [CancelAfter(60_000)]
    public async Task A_script_that_fails_is_told_as_it_failed(string statement, string expected, CancellationToken token)
    {
        _run.Script = $"def main(input_file, output_dir):\n    print('began', flush=True)\n    {statement}\n";

        Assert.That(await FailureAsync(token), Does.Contain(expected));
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("began\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_syntax_error_is_told_with_its_traceback_in_the_log(CancellationToken token)
    {
        _run.Script = "def main(:\n";

        var code = await _run.RunAsync(token);

        var (destination, body) = await TerminalAsync(token);
        Assert.That(code, Is.Zero);
        Assert.That(destination, Is.EqualTo(Error));
        Assert.That(body["message"]!.GetValue<string>(), Does.StartWith("REDUCTION Error: SyntaxError"));
        Assert.That(body["reduction_log"]!.GetValue<string>(), Does.Contain("def main(:"));
        Assert.That(body["reduction_data"], Is.Null);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_skip_is_told_as_a_skip_and_keeps_its_logs(CancellationToken token)
    {
        _run.Script = "def main(input_file, output_dir):\n    open('half.txt', 'w').write('x')\n    raise RuntimeError('Skip: Event mode not supported')\n";

        var code = await _run.RunAsync(token);

        var (destination, body) = await TerminalAsync(token);
        Assert.That(code, Is.Zero);
        Assert.That(destination, Is.EqualTo("/queue/ReductionSkipped"));
        Assert.That(body["message"]!.GetValue<string>(), Is.EqualTo("Reduction Skipped: Skip: Event mode not supported"));
        Assert.That(Directory.GetFileSystemEntries(Path.Combine(_run.RunFolder, "run-version-0")), Has.Length.EqualTo(1));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Of_what_a_script_names_as_output_a_directory_is_passed_over_and_no_file_lost(CancellationToken token)
    {
        _run.Write("a/sum.nxs", "a");
        _run.Write("b/sum.nxs", "b");
        _run.Script = $"output = [output_dir, '{_run.PathOf("a")}', '{_run.PathOf("a/sum.nxs")}', '{_run.PathOf("b/sum.nxs")}', '{_run.PathOf("a/sum.nxs")}']\n";

        await _run.RunAsync(token);

        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        var stored = _run.Outcome.ResultDirectories.Single();
        Assert.That(Directory.GetFiles(stored).Select(path => (Path.GetFileName(path), File.ReadAllText(path))), Is.EquivalentTo(new[] { ("sum.nxs", "a"), ("sum.2.nxs", "b") }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_missing_script_is_told_with_the_place_that_was_looked_at(CancellationToken token)
    {
        _run.Message["reduction_script"] = " ";

        Assert.That(await FailureAsync(token), Does.Contain($"{_run.ScriptsDirectory}/reduce.py"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_missing_data_file_is_told_after_a_wait(CancellationToken token)
    {
        File.Delete(_run.DataPath);
        _run.Reduction = _run.Reduction with { DataFileWait = TimeSpan.FromSeconds(0.5) };

        Assert.That(await FailureAsync(token), Is.EqualTo($"Problem reading datafile: {_run.DataPath} (there is no such file; waited 0.5 s)"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_missing_interpreter_is_told_with_its_setting(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Python = ["/opt/no/python3"] };

        Assert.That(await FailureAsync(token), Does.Contain("/opt/no/python3").And.Contain("reduction.python"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_is_ended_with_all_its_processes_when_its_time_is_over(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { ScriptTimeout = TimeSpan.FromSeconds(1) };
        _run.KillGrace = TimeSpan.FromSeconds(0.5);
        _run.Script = """
            import os, signal, subprocess, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["/usr/bin/setsid", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"], env={})
            def main(input_file, output_dir):
                time.sleep(600)
            """;

        Assert.That(await FailureAsync(token), Is.EqualTo("Script ran for more than 1 seconds - timed out"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_is_ended_when_its_processes_together_use_too_much_memory(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { MemoryLimit = 150 << 20 };
        _run.Script = """
            import os, time
            def main(input_file, output_dir):
                for _ in range(3):
                    if os.fork() == 0:
                        block = b"x" * (80 << 20)
                        time.sleep(600)
                time.sleep(600)
            """;

        Assert.That(await FailureAsync(token), Does.Match(@"^Script used \d{3} MiB of memory, more than the limit of 150 MiB - stopped$"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_script_leaves_running_does_not_outlive_it(CancellationToken token)
    {
        _run.Script = """
            import subprocess
            def main(input_file, output_dir):
                subprocess.Popen(["/usr/bin/setsid", "sleep", "600"], env={}, close_fds=True)
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await TerminalAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_message_that_is_not_valid_is_answered_without_an_announcement(CancellationToken token)
    {
        _run.Message["instrument"] = "../../etc";

        var code = await _run.RunAsync(token);

        var (destination, body, _) = await _broker.NextAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(destination, Is.EqualTo(Error));
        Assert.That(body["message"]!.GetValue<string>(), Does.StartWith("instrument is \"../../etc\""));
        Assert.That(Directory.GetFileSystemEntries(_run.Results), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_that_removes_its_output_directory_is_told_so(CancellationToken token)
    {
        _run.Script = "import shutil\ndef main(input_file, output_dir):\n    shutil.rmtree(output_dir)\n";

        Assert.That(await FailureAsync(token), Does.Contain("removed or replaced its output directory"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_that_removes_the_private_directory_is_told_so(CancellationToken token)
    {
        _run.Script = "import os, shutil\ndef main(input_file, output_dir):\n    shutil.rmtree(os.path.dirname(output_dir.rstrip('/')))\n";

        Assert.That(await FailureAsync(token), Does.Contain($"the script removed {_run.PrivateDirectory}/result"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_private_directory_goes_whatever_a_script_did_to_it(CancellationToken token)
    {
        _run.Script = """
            import os
            def main(input_file, output_dir):
                os.makedirs("../tmp/deep/deeper")
                os.symlink("/", "../tmp/deep/root")
                os.symlink(input_file, "outside")
                os.mkfifo("fifo")
                os.chmod("../tmp/deep", 0o000)
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await TerminalAsync(token)).Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(File.Exists(_run.DataPath), Is.True);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task<string> FailureAsync(CancellationToken token)
    {
        var code = await _run.RunAsync(token);

        var (destination, body) = await TerminalAsync(token);
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(destination, Is.EqualTo(Error));
        Assert.That(_run.Outcome, Has.Property(nameof(JobOutcome.Published)).True);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        return body["message"]!.GetValue<string>();
    }

    private async Task<(string Destination, System.Text.Json.Nodes.JsonObject Body)> TerminalAsync(CancellationToken token)
    {
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        var (destination, body, _) = await _broker.NextAsync(token);
        return (destination, body);
    }
}

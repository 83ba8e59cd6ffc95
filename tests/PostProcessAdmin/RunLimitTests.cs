using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Scripts that use too much of something.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunLimitTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunLimitTests() => _run = new PostProcessAdminRunner(_broker.Uri) { KillGrace = TimeSpan.FromSeconds(0.5) };

    [TestCase("block = b'x' * (250 << 20)")]
    [TestCase("children = [os.fork() or hold(8) for _ in range(50)]")]
    [TestCase("shared = mmap.mmap(-1, 250 << 20); fill(shared); children = [os.fork() or time.sleep(600) for _ in range(5)]")]
    [TestCase("file = os.fdopen(os.memfd_create('x'), 'wb', 0); fill(file)")]
    [TestCase("file = tempfile.TemporaryFile(dir='/dev/shm', buffering=0); fill(file)")]
    [CancelAfter(120_000)]
    public async Task F16_memory_of_every_kind_counts(string statement, CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { MemoryLimit = 200 << 20 };
        _run.Script = $"""
            import mmap, os, tempfile, time
            def hold(size):
                block = b"x" * (size << 20)
                time.sleep(600)
            def fill(file):
                for _ in range(250):
                    file.write(b"x" * (1 << 20))
            def main(input_file, output_dir):
                {statement}
                time.sleep(600)
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Message, Does.Match(@"^Script used \d{3} MiB of memory, more than the limit of 200 MiB - stopped$"), _run.AdminLog);
    }

    [TestCase("stop.append(1)")]
    [TestCase("sys.exit(0)")]
    [CancelAfter(60_000)]
    public async Task A_script_that_ends_in_order_when_its_time_is_over_was_too_late_all_the_same(string statement, CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { ScriptTimeout = TimeSpan.FromSeconds(1) };
        _run.Script = $"""
            import signal, sys, time
            stop = []
            signal.signal(signal.SIGTERM, lambda *_: {statement})
            def main(input_file, output_dir):
                open("half.txt", "w").close()
                while not stop:
                    time.sleep(0.02)
            """;

        await _run.RunAsync(token);

        Assert.That(_run.Outcome!.Message, Is.EqualTo("Script ran for more than 1 seconds - timed out"), _run.AdminLog);
        Assert.That(_run.Outcome.Result, Is.EqualTo(JobResult.Error));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task F16_files_of_a_temporary_directory_in_memory_count(CancellationToken token)
    {
        var inMemory = Directory.CreateDirectory($"/dev/shm/limit-test-{Guid.NewGuid():N}");
        try
        {
            _run.Reduction = _run.Reduction with { MemoryLimit = 200 << 20, TemporaryDirectory = inMemory.FullName };
            _run.Script = """
                import tempfile, time
                def main(input_file, output_dir):
                    for number in range(250):
                        with open(tempfile.mkstemp()[1] if number % 2 else str(number), "wb") as file:
                            file.write(b"x" * (1 << 20))
                    time.sleep(600)
                """;

            var code = await _run.RunAsync(token);

            Assert.That(code, Is.Zero, _run.AdminLog);
            Assert.That(_run.Outcome!.Message, Does.Match(@"^Script used \d{3} MiB of memory, more than the limit of 200 MiB - stopped$"), _run.AdminLog);
            Assert.That(inMemory.GetFileSystemInfos(), Is.Empty);
        }
        finally
        {
            inMemory.Delete(recursive: true);
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task F16_memory_that_is_shared_counts_once(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { MemoryLimit = 400 << 20 };
        _run.Script = """
            import mmap, os, time
            def main(input_file, output_dir):
                shared = mmap.mmap(-1, 100 << 20)
                shared.write(b"x" * (100 << 20))
                for _ in range(10):
                    if os.fork() == 0:
                        assert shared[-1:] == b"x"
                        time.sleep(600)
                time.sleep(1)
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_that_falls_silent_is_ended_where_that_is_limited(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { OutputTimeout = TimeSpan.FromSeconds(1) };
        _run.Script = "import time\ndef main(input_file, output_dir):\n    print('last words', flush=True)\n    time.sleep(600)\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Message, Is.EqualTo("Script printed nothing for more than 1 seconds - stopped"));
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("last words\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_process_that_forks_twice_in_a_new_session_with_no_environment_and_no_descriptors_is_ended_too(CancellationToken token)
    {
        var alive = _run.PathOf("alive");
        _run.Script = $"""
            import os, time
            def main(input_file, output_dir):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.closerange(0, 100)
                        os.execve("/bin/sh", ["sh", "-c", "trap '' TERM; echo $$ >{alive}.new; mv {alive}.new {alive}; while :; do sleep 1; done"], dict())
                    os._exit(0)
                while not os.path.exists("{alive}"):
                    time.sleep(0.01)
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete));
        Assert.That(Directory.Exists($"/proc/{File.ReadAllText(alive).Trim()}"), Is.False);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_hundred_megabytes_of_output_do_not_go_through_our_memory_and_keep_head_and_tail(CancellationToken token)
    {
        _run.Script = "def main(input_file, output_dir):\n    print('the beginning')\n    for _ in range(100):\n        print('x' * (1 << 20))\n    print('the end')\n";
        _run.Start();
        var most = 0L;
        var end = _run.EndAsync(token);
        while (!end.IsCompleted)
        {
            most = Math.Max(most, MostMemoryOf(_run.Pid));
            await Task.WhenAny(end, Task.Delay(20, token));
        }

        Assert.That(await end, Is.Zero, _run.AdminLog);
        await _broker.NextAsync(token);
        var log = (await _broker.NextAsync(token)).Body["reduction_log"]!.GetValue<string>();
        Assert.That(log, Has.Length.LessThanOrEqualTo(CappedText.MaxBytes).And.StartsWith("the beginning\n").And.EndsWith("the end\n").And.Contains("bytes left out"));
        Assert.That(new FileInfo(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_Script.out")).Length, Is.GreaterThan(100 << 20));
        Assert.That(most, Is.InRange(1, 190 << 20));
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    // proc_pid_status(5): VmHWM, the peak of resident memory. 0 once it has ended.
    private static long MostMemoryOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[6..].Replace("kB", "").Trim()) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}

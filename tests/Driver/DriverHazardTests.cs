using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverHazardTests(string python)
{
    private static readonly string[] Damages =
    [
        "sys.stdout.close(); sys.stderr.close()",
        "sys.stdout = sys.stderr = None",
        "sys.stdout = sys.stderr = io.StringIO()",
        "del sys.stdout, sys.stderr",
        "os.close(1); os.close(2)",
        "null = os.open(os.devnull, os.O_WRONLY); os.dup2(null, 1); os.dup2(null, 2)",
        "sys.path[:] = []; sys.meta_path[:] = []",
        "json.dumps = json.JSONEncoder.encode = json.encoder.JSONEncoder.iterencode = None",
        "builtins.open = io.open = os.open = os.write = os.replace = os.getpid = os.fstat = None",
        "os.umask(0o777)",
        "os.chdir('/')",
        "shutil.rmtree(os.getcwd())",
        "os.environ.clear()",
        "sys.modules['traceback'] = sys.modules['linecache'] = None",
        "sys.modules['json'] = sys.modules['os'] = type(sys)('another')",
        "sys.exit = os._exit = None",
        "exec('def f(): f()\\ntry: f()\\nexcept RecursionError: pass', {})",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)); exec('try:\\n  while True: os.dup(0)\\nexcept OSError: pass', {'os': os})",
    ];

    [TestCaseSource(nameof(Damages))]
    public async Task Whatever_a_script_breaks_its_error_is_reported(string damage)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(Script(damage, "raise ValueError('after the damage')"));

        Assert.That(run.Outcome, Is.EqualTo("error"), run.Error);
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ValueError: after the damage"));
        Assert.That(run.Error, Does.Contain("ValueError: after the damage"));
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(FilesOf(job), Is.EqualTo("reduction_driver.py request.json result.json"));
    }

    [TestCaseSource(nameof(Damages))]
    public async Task Whatever_a_script_breaks_its_success_is_reported(string damage)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(Script(damage, "return '/extra'"));

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Message, Is.Null);
        Assert.That(run.Destinations, Is.EqualTo(new[] { "/extra" }));
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(FilesOf(job), Is.EqualTo("reduction_driver.py request.json result.json"));
    }

    [Test]
    public async Task A_traceback_never_lands_in_a_data_file_that_took_the_logs_descriptor()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import os
            def main(input_file, output_dir):
                os.closerange(1, 64)
                files = [os.open("data%d" % n, os.O_WRONLY | os.O_CREAT) for n in range(64)]
                raise ValueError("wrong")
            """);

        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ValueError: wrong"));
        Assert.That(Directory.GetFiles(job.OutputDirectory).Sum(file => new FileInfo(file).Length), Is.Zero);
    }

    [Test]
    public async Task A_stream_that_cannot_be_flushed_does_not_spoil_the_exit_code()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import sys
            sys.stdout = open("/dev/full", "w")
            print("lost")
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [TestCase("return", "complete")]
    [TestCase("raise ValueError('both')", "error")]
    public async Task A_fork_that_returns_writes_no_second_result(string end, string outcome)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            import os
            def main(input_file, output_dir):
                child = os.fork()
                if child == 0:
                    {end}
                os.waitpid(child, 0)
                print("result" if os.path.exists("../job/result.json") else "no result", "of the fork")
                {end}
            """);

        Assert.That(run.Output, Is.EqualTo("no result of the fork\n"));
        Assert.That(run.Outcome, Is.EqualTo(outcome));
    }

    [TestCase("os._exit(3)", 3)]
    [TestCase("os._exit(0)", 0)]
    [TestCase("os.kill(os.getpid(), signal.SIGKILL)", 137)]
    [TestCase("os.kill(os.getpid(), signal.SIGTERM)", 143)]
    [TestCase("os.execv('/bin/true', ['true'])", 0)]
    public async Task A_process_that_ends_by_itself_leaves_no_result(string end, int exitCode)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            import os, signal
            def main(input_file, output_dir):
                {end}
            """);

        Assert.That(run.Result, Is.Null);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
    }

    [Test]
    public async Task A_crash_in_native_code_says_in_the_log_which_line_of_the_script_it_was()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import os, signal
            def main(input_file, output_dir):
                os.kill(os.getpid(), signal.SIGSEGV)
            """);

        Assert.That(run.Result, Is.Null);
        Assert.That(run.ExitCode, Is.EqualTo(139));
        Assert.That(run.Error, Does.Contain("Segmentation fault"));
        Assert.That(run.Error, Does.Contain($"File \"{job.PathOf("reduce.py")}\", line 3 in main"));
    }

    private static string Script(string damage, string end) =>
        $"import builtins, io, json, os, resource, shutil, sys\ndef main(input_file, output_dir):\n    {damage}\n    {end}\n";

    private static string FilesOf(DriverJob job) => string.Join(' ', Directory.GetFiles(job.JobDirectory).Select(Path.GetFileName).Order());
}

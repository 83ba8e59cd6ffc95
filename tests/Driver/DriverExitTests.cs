using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverExitTests(string python)
{
    [Test]
    public async Task Open_files_are_flushed_exit_handlers_run_and_threads_finish()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import atexit, threading, time
            file = open("left_open.txt", "w")
            file.write("data")
            atexit.register(print, "exit handler")
            def work():
                time.sleep(0.05)
                print("thread done")
            threading.Thread(target=work).start()
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Is.EqualTo("thread done\nexit handler\n"));
        Assert.That(await File.ReadAllTextAsync(job.OutputDirectory + "left_open.txt"), Is.EqualTo("data"));
    }

    [Test]
    public async Task What_a_replaced_stream_still_holds_is_written()
    {
        using var job = new DriverJob(python);

        await job.RunAsync("""
            import sys
            sys.stdout = open("own.log", "w")
            print("kept")
            """);

        Assert.That(await File.ReadAllTextAsync(job.OutputDirectory + "own.log"), Is.EqualTo("kept\n"));
    }

    [Test]
    public async Task An_executor_that_was_not_shut_down_costs_no_wait()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            from concurrent.futures import ThreadPoolExecutor
            pool = ThreadPoolExecutor(2)
            print(pool.submit(pow, 2, 3).result())
            """);

        Assert.That(run.Output, Is.EqualTo("8\n"));
        Assert.That(run.Notes, Is.Empty);
    }

    [TestCase("threading.Thread(target=forever, name='watcher').start()", "threads watcher")]
    [TestCase("atexit.register(forever)", "exit handlers")]
    [TestCase("signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); threading.Thread(target=forever, name='watcher').start()", "threads watcher")]
    public async Task What_runs_for_ever_is_ended_after_a_while_and_noted(string leftover, string what)
    {
        using var job = new DriverJob(python);
        job.Request["exit_wait_seconds"] = 0.2;

        var run = await job.RunAsync($"""
            import atexit, signal, threading, time
            def forever():
                while True:
                    time.sleep(1)
            {leftover}
            """);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Outcome, Is.EqualTo("complete"));
        Assert.That(run.Notes.Single(), Is.EqualTo("Python was ended 0.2 s after the script; still running: " + what));
    }

    [Test]
    public async Task A_daemon_thread_is_not_waited_for()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import threading
            threading.Thread(target=threading.Event().wait, daemon=True).start()
            """);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Notes, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_run_where_whoever_had_to_announce_it_has_died_before()
    {
        using var job = new DriverJob(python);
        job.Request["gate"] = job.PathOf("gate");
        Assert.That(Syscall.mkfifo(job.PathOf("gate"), FilePermissions.S_IRUSR | FilePermissions.S_IWUSR), Is.Zero);

        var run = await job.RunAsync("print('must not run')");

        Assert.That(run.ExitCode, Is.EqualTo(75), run.Error);
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Result, Is.Null);
    }

    [Test]
    public async Task A_request_that_cannot_be_read_leaves_no_result_and_a_failure_code()
    {
        using var job = new DriverJob(python);
        job.Request.Remove("script");

        var broken = await job.RunAsync("pass");
        job.Request.Remove("result");
        File.Delete(job.PathOf("job/result.json"));
        var hopeless = await job.RunAsync("pass");

        Assert.That(broken.Message, Is.EqualTo("REDUCTION Error: KeyError: 'script'"));
        Assert.That(hopeless.Result, Is.Null);
        Assert.That(hopeless.ExitCode, Is.EqualTo(1));
    }
}

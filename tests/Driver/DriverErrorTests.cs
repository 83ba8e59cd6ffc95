using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverErrorTests(string python)
{
    [Test]
    public async Task An_exception_in_main_is_an_error_with_a_traceback_of_the_scripts_frames()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            def main(input_file, output_dir):
                load(input_file)

            def load(file):
                raise IOError("cannot read " + file)
            """);

        var script = job.PathOf("reduce.py");
        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: OSError: cannot read /data/MARI00028581.nxs"));
        Assert.That(run.Stage, Is.EqualTo("main"));
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(Regex.Replace(run.Error, @"\n +[~^]+(?=\n)", ""), Is.EqualTo($"""
            Traceback (most recent call last):
              File "{script}", line 2, in main
                load(input_file)
              File "{script}", line 5, in load
                raise IOError("cannot read " + file)
            OSError: cannot read /data/MARI00028581.nxs

            """));
    }

    [TestCase("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'", "load")]
    [TestCase("def main(): pass", "TypeError: main() got an unexpected keyword argument 'input_file'", "main")]
    [TestCase("raise KeyboardInterrupt", "KeyboardInterrupt", "load")]
    [TestCase("raise GeneratorExit('g')", "GeneratorExit: g", "load")]
    [TestCase("raise MemoryError", "MemoryError", "load")]
    [TestCase("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded", "load")]
    [TestCase("class Mine(BaseException): pass\nraise Mine(1, 2)", "Mine: (1, 2)", "load")]
    [TestCase("class Bad(Exception):\n    def __str__(self): return 1 / 0\nraise Bad()", "Bad: <str() of the exception failed>", "load")]
    [TestCase("import sys; sys.setrecursionlimit(80)\nraise ValueError('low')", "ValueError: low", "load")]
    public async Task Whatever_is_raised_is_told_by_type_and_text(string script, string message, string stage)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(script);

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: " + message));
        Assert.That(run.Stage, Is.EqualTo(stage));
        Assert.That(run.Result!["exit_code"], Is.Null);
        Assert.That(run.Error, Does.Contain(message.Split(':')[0]).And.Not.Contains("reduction_driver"));
    }

    [TestCase("0", 0, "the script called sys.exit, exit code 0")]
    [TestCase("", 0, "the script called sys.exit, exit code 0")]
    [TestCase("None", 0, "the script called sys.exit, exit code 0")]
    [TestCase("3", 3, "the script called sys.exit, exit code 3")]
    [TestCase("-1", 255, "the script called sys.exit, exit code 255")]
    [TestCase("True", 1, "the script called sys.exit, exit code 1")]
    [TestCase("'no vanadium'", 1, "no vanadium; the script called sys.exit, exit code 1")]
    public async Task Sys_exit_is_an_error_that_says_so(string argument, int code, string message)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            import sys
            def main(input_file, output_dir):
                sys.exit({argument})
            """);

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: SystemExit: " + message));
        Assert.That(run.Result!["exit_code"]!.GetValue<int>(), Is.EqualTo(code));
        Assert.That(run.Error, Does.Contain($"sys.exit({argument})"));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [Test]
    public async Task The_cause_of_an_exception_is_in_the_traceback()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            try:
                {}["ei"]
            except KeyError as problem:
                raise ValueError("no energy") from problem
            """);

        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ValueError: no energy"));
        Assert.That(run.Error, Does.Contain("KeyError: 'ei'").And.Contains("direct cause"));
        Assert.That(run.Error, Does.Not.Contain("reduction_driver"));
    }

    [Test]
    public async Task All_members_of_an_exception_group_are_in_the_traceback()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import builtins
            if hasattr(builtins, "ExceptionGroup"):
                raise ExceptionGroup("two detectors", [ValueError("left"), TypeError("right")])
            """);

        if (run.Outcome == "complete")
        {
            return; // Before Python 3.11 there were none.
        }

        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ExceptionGroup: two detectors (2 sub-exceptions)"));
        Assert.That(run.Error, Does.Contain("ValueError: left").And.Contains("TypeError: right"));
    }

    [Test]
    public async Task A_very_long_text_is_cut_in_the_message_and_whole_in_the_log()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("raise ValueError('x' * 1000000)");

        Assert.That(run.Message, Has.Length.LessThan(11_000).And.EndsWith("x [cut]"));
        Assert.That(run.Error, Has.Length.GreaterThan(1_000_000));
    }

    [Test]
    public async Task A_thread_that_fails_does_not_fail_the_run()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import sys, threading
            def fail():
                raise ValueError("in a thread")
            for target in fail, sys.exit:
                thread = threading.Thread(target=target)
                thread.start()
                thread.join()
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"));
        Assert.That(run.Error, Does.Contain("ValueError: in a thread"));
    }
}

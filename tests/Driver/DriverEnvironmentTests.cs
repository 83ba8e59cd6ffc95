using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverEnvironmentTests(string python)
{
    [Test]
    public async Task Script_directories_come_first_and_the_drivers_own_is_not_on_the_path()
    {
        using var job = new DriverJob(python);
        job.Request["script_directories"] = new JsonArray("/first", "/second");
        job.Environment["PYTHONPATH"] = "/opt/Mantid/lib";

        var run = await job.RunAsync("""
            import sys
            print(sys.path[:3], len(sys.path) > 4)
            print([p for p in sys.path if p.endswith("/job") or p == ""])
            """);

        Assert.That(run.Output, Is.EqualTo("['/first', '/second', '/opt/Mantid/lib'] True\n[]\n"), run.Error);
    }

    [Test]
    public async Task Isolated_mode_keeps_its_whole_path()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("import sys; print(any(p.endswith('.zip') for p in sys.path))", "-I");

        Assert.That(run.Output, Is.EqualTo("True\n"), run.Error);
    }

    [Test]
    public async Task Helper_modules_of_the_instrument_are_found()
    {
        using var job = new DriverJob(python);
        job.Write("scripts/mari_tools.py", "answer = 42");
        job.Request["script_directories"] = new JsonArray(job.PathOf("scripts"));

        var run = await job.RunAsync("import mari_tools; print(mari_tools.answer)");

        Assert.That(run.Output, Is.EqualTo("42\n"), run.Error);
    }

    [TestCase("")]
    [TestCase("import traceback, linecache, json, tokenize")]
    public async Task A_traceback_begins_with_the_scripts_own_lines_whatever_modules_lie_beside_it(string first)
    {
        using var job = new DriverJob(python);
        foreach (var name in new[] { "json", "traceback", "linecache", "tokenize", "token", "textwrap", "contextlib", "re" })
        {
            job.Write($"scripts/{name}.py", first.StartsWith("import traceback") ? "def format_exception(*_): return ['theirs']" : "raise ImportError('shadow')");
        }

        job.Write("scripts/beside.py", "def fail():\n    raise ValueError('wrong')\n");
        job.Request["script_directories"] = new JsonArray(job.PathOf("scripts"));

        var run = await job.RunAsync($"{first}\nimport beside\nbeside.fail()\n");

        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ValueError: wrong"));
        Assert.That(Regex.Replace(run.Error, @"\n +[~^]+(?=\n)", ""), Is.EqualTo($"""
            Traceback (most recent call last):
              File "{job.PathOf("reduce.py")}", line 3, in <module>
                beside.fail()
              File "{job.PathOf("scripts/beside.py")}", line 2, in fail
                raise ValueError('wrong')
            ValueError: wrong

            """));
    }

    [Test]
    public async Task Output_is_seen_line_by_line_while_the_script_runs()
    {
        using var job = new DriverJob(python);

        var running = job.RunAsync("""
            import os, sys, time
            print("to stdout")
            print("to stderr", file=sys.stderr)
            while not os.path.exists("seen"):
                time.sleep(0.01)
            """);
        while (!running.IsCompleted && (job.ReadLog("stdout.log"), job.ReadLog("stderr.log")) != ("to stdout\n", "to stderr\n"))
        {
            await Task.WhenAny(running, Task.Delay(10));
        }

        var seenBeforeTheEnd = !running.IsCompleted;
        job.Write("output/seen", "");
        var run = await running;

        Assert.That(seenBeforeTheEnd, run.Error);
        Assert.That(run.Outcome, Is.EqualTo("complete"));
    }

    [Test]
    public async Task Logs_are_UTF_8_in_any_locale()
    {
        using var job = new DriverJob(python);
        job.Environment["LC_ALL"] = "C";
        job.Environment["PYTHONUTF8"] = "0";
        job.Environment["PYTHONCOERCECLOCALE"] = "0";

        var run = await job.RunAsync("""
            import sys
            print("2 \u00c5\u207b\u00b9 \udc80")
            print("\u03bcs", file=sys.stderr)
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Output, Is.EqualTo("2 Å⁻¹ \\udc80\n"));
        Assert.That(run.Error, Is.EqualTo("μs\n"));
    }

    [Test]
    public async Task Printing_to_stderr_is_not_an_error()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import sys
            def main(input_file, output_dir):
                print("Error: not really", file=sys.stderr)
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"));
        Assert.That(run.Message, Is.Null);
    }

    [TestCase("import mantid", "{\"name\":\"mantid\",\"version\":\"6.9.1\"}")]
    [TestCase("import mantid; mantid.__version__ = 6", "{\"name\":\"mantid\",\"version\":null}")]
    [TestCase("import mantid; del mantid.__version__; mantid.__getattr__ = lambda name: 1 / 0", "{\"name\":\"mantid\",\"version\":null}")]
    [TestCase("pass", "null")]
    public async Task The_version_of_the_reduction_software_is_told_if_the_script_used_it(string script, string software)
    {
        using var job = new DriverJob(python);
        job.Write("scripts/mantid.py", "__version__ = '6.9.1'");
        job.Request["script_directories"] = new JsonArray(job.PathOf("scripts"));
        job.Request["software"] = new JsonArray("mantid", "scipp");

        var run = await job.RunAsync(script);

        Assert.That(run.Result!["software"]?.ToJsonString() ?? "null", Is.EqualTo(software));
    }
}

using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverLoadTests(string python)
{
    [Test]
    public async Task The_script_is_the_module_reducescript_and_not_main()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import sys
            print(__name__, sys.modules["reducescript"].__dict__ is globals(), __file__, sys.argv)
            if __name__ == "__main__":
                raise RuntimeError("must not run")
            def main(input_file, output_dir):
                pass
            """);

        var script = job.PathOf("reduce.py");
        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Output, Is.EqualTo($"reducescript True {script} ['{script}']\n"));
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Stage, Is.EqualTo("main"));
    }

    [Test]
    public async Task Main_gets_file_and_directory_by_keyword()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import os
            def main(output_dir, input_file):
                print(input_file, output_dir, os.getcwd() + "/" == output_dir)
            """);

        Assert.That(run.Output, Is.EqualTo($"/data/MARI00028581.nxs {job.OutputDirectory} True\n"));
    }

    [Test]
    public async Task Main_gets_a_list_of_files_for_a_batch()
    {
        using var job = new DriverJob(python);
        job.Request["input_file"] = new JsonArray("/data/a.nxs", "/data/b.nxs");

        var run = await job.RunAsync("""
            def main(input_file, output_dir):
                print(input_file)
            """);

        Assert.That(run.Output, Is.EqualTo("['/data/a.nxs', '/data/b.nxs']\n"));
    }

    [Test]
    public async Task Decorators_classes_and_pickling_work_as_in_an_imported_module()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            from __future__ import division, print_function
            import collections, functools, pickle
            try:
                from dataclasses import dataclass
            except ImportError:  # Python 3.6
                dataclass = lambda cls: type(cls.__name__, (cls,), {"__init__": lambda self, number: setattr(self, "number", number)})

            @dataclass
            class Run:
                number: "int"

            Pair = collections.namedtuple("Pair", "a b")

            def logged(function):
                @functools.wraps(function)
                def wrapper(**arguments):
                    print("calling", function.__name__, function.__module__)
                    return function(**arguments)
                return wrapper

            @logged
            def main(input_file, output_dir):
                print(pickle.loads(pickle.dumps(Run(3))).number, pickle.loads(pickle.dumps(Pair(1, 2))))
                print(pickle.loads(pickle.dumps(main)) is main)
            """);

        Assert.That(run.Output, Is.EqualTo("calling main reducescript\n3 Pair(a=1, b=2)\nTrue\n"), run.Error);
    }

    [Test]
    public async Task Files_beside_the_script_are_found_through_file()
    {
        using var job = new DriverJob(python);
        job.Write("mask.xml", "<mask/>");

        var run = await job.RunAsync("""
            import os
            def main(input_file, output_dir):
                with open(os.path.join(os.path.dirname(__file__), "mask.xml")) as mask:
                    print(mask.read())
            """);

        Assert.That(run.Output, Is.EqualTo("<mask/>\n"), run.Error);
    }

    [Test]
    public async Task File_and_tracebacks_show_the_name_that_the_request_gives()
    {
        using var job = new DriverJob(python);
        job.Request["script_name"] = "/isis/NDXMARI/user/scripts/autoreduction/reduce.py";

        var run = await job.RunAsync("""
            print(__file__)
            raise ValueError("wrong")
            """);

        Assert.That(run.Output, Is.EqualTo("/isis/NDXMARI/user/scripts/autoreduction/reduce.py\n"));
        Assert.That(run.Error, Does.Contain("""
              File "/isis/NDXMARI/user/scripts/autoreduction/reduce.py", line 2, in <module>
                raise ValueError("wrong")
            """));
    }

    [Test]
    public async Task A_script_without_main_runs_top_to_bottom_and_leaves_its_output()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            print(input_file, output_dir)
            output = ["sum.nxs", "/elsewhere/cut.nxs"]
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Stage, Is.EqualTo("load"));
        Assert.That(run.Output, Is.EqualTo($"/data/MARI00028581.nxs {job.OutputDirectory}\n"));
        Assert.That(run.OutputFiles, Is.EqualTo(new[] { job.OutputDirectory + "sum.nxs", "/elsewhere/cut.nxs" }));
        Assert.That(run.Destinations, Is.Empty);
    }

    [TestCase("output = 'sum.nxs'", "sum.nxs", "")]
    [TestCase("output = ''", "", "")]
    [TestCase("pass", "", "")]
    [TestCase("output = {'a': 1}", "", "output of type dict ignored")]
    public async Task Output_is_a_string_or_a_list(string script, string file, string note)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(script);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(string.Join(';', run.OutputFiles), Is.EqualTo(file == "" ? "" : job.OutputDirectory + file));
        Assert.That(string.Join(';', run.Notes), Is.EqualTo(note));
    }

    [TestCase("fork")]
    [TestCase("spawn")]
    [TestCase("forkserver")]
    public async Task Processes_of_multiprocessing_find_the_script_and_its_variables(string how)
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", "standard_vars = {'factor': 2}\nadvanced_vars = {}\n");
        job.Request["advanced_vars"] = new System.Text.Json.Nodes.JsonObject { ["offset"] = 1 };

        var run = await job.RunAsync($"""
            import multiprocessing
            import reduce_vars

            def scaled(number):
                return reduce_vars.standard_vars["factor"] * number + web_var.advanced_vars["offset"]

            def main(input_file, output_dir):
                pool = multiprocessing.get_context("{how}").Pool(1)
                print(pool.map(scaled, [1, 2, 3]))
                pool.close()
                pool.join()
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Output, Is.EqualTo("[3, 5, 7]\n"));
    }

    [TestCase("def main(input_file):\n    pass", true)]
    [TestCase("def main(input_file, output_dir):\n    input_file(1)", false)]
    public async Task A_main_that_cannot_be_called_so_is_told_how_it_is(string script, bool isTold)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(script);

        Assert.That(run.Message, Does.StartWith("REDUCTION Error: TypeError: "));
        Assert.That(run.Error, isTold ? Does.EndWith("\nThe script's main is called as main(input_file=..., output_dir=...)\n") : Does.Not.Contain("is called as"));
    }

    [Test]
    public async Task A_script_with_main_may_call_something_else_output()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            output = "not a result"
            def main(input_file, output_dir):
                pass
            """);

        Assert.That(run.OutputFiles, Is.Empty);
    }
}

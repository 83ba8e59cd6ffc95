using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverVarsTests(string python)
{
    private const string Vars = """
        standard_vars = {"sum_runs": False, "ei": 50, "mask": "m.xml"}
        advanced_vars = {"UB Matrix": [1, 0]}
        monitor = 41474
        """;

    [Test]
    public async Task The_instruments_variables_are_overlaid_with_those_of_the_message()
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", Vars);
        job.Request["standard_vars"] =
            new JsonObject { ["ei"] = 11.5, ["vanadium-mass"] = "7.85", ["sum_runs"] = true };
        job.Request["advanced_vars"] = new JsonObject { ["UB Matrix"] = null };

        var run = await job.RunAsync("""
            import reduce_vars as web_var
            def main(input_file, output_dir):
                print(list(web_var.standard_vars.items()))
                print(web_var.advanced_vars, web_var.monitor, web_var.__name__)
                web_var.standard_vars["ei"] = 3
                print(web_var.standard_vars["ei"], type(web_var.standard_vars) is dict)
            """);

        Assert.That(run.Output, Is.EqualTo("""
            [('sum_runs', True), ('ei', 11.5), ('mask', 'm.xml'), ('vanadium-mass', '7.85')]
            {'UB Matrix': None} 41474 reduce_vars
            3 True

            """), run.Error);
    }

    [TestCase("import reduce_vars\nv = reduce_vars.standard_vars")]
    [TestCase("import reduce_vars as params\nv = params.standard_vars")]
    [TestCase("from reduce_vars import *\nv = standard_vars")]
    [TestCase("from reduce_vars import standard_vars as v")]
    [TestCase("v = __import__('importlib').import_module('reduce_vars').standard_vars")]
    [TestCase("import sys; sys.path.insert(0, OTHER)\nimport reduce_vars\nv = reduce_vars.standard_vars")]
    [TestCase("import sys; sys.path[:] = [OTHER]\nimport reduce_vars\nv = reduce_vars.standard_vars")]
    [TestCase("import sys; sys.path.insert(0, OTHER)\ndel sys.modules['reduce_vars']\nfrom reduce_vars import standard_vars as v")]
    [TestCase("import sys; sys.path.insert(0, OTHER)\nimport importlib, reduce_vars as r\nr.standard_vars.clear()\nv = importlib.reload(r).standard_vars")]
    [TestCase("import sys; sys.path.insert(0, OTHER)\nimport helper\nv = helper.web_var.standard_vars")]
    [TestCase("import sys\nv = sys.modules[__name__].web_var.standard_vars")]
    public async Task However_a_script_imports_them_they_are_its_own(string script)
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", Vars);
        job.Write("other/reduce_vars.py", "standard_vars = {'of': 'another instrument'}");
        job.Write("other/helper.py", "import reduce_vars as web_var");
        job.Request["standard_vars"] = new JsonObject { ["ei"] = 11.5 };

        var run = await job.RunAsync($"OTHER = '{job.PathOf("other")}'\n{script}\nprint(v)");

        Assert.That(run.Output, Is.EqualTo("{'sum_runs': False, 'ei': 11.5, 'mask': 'm.xml'}\n"), run.Error);
    }

    [Test]
    public async Task Web_var_is_the_module_that_the_script_imports()
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", Vars);

        var run = await job.RunAsync("""
            import sys
            before = web_var
            import reduce_vars as web_var
            print(before is web_var, sys.modules["reducescript"].web_var is sys.modules["reduce_vars"])
            """);

        Assert.That(run.Output, Is.EqualTo("True True\n"), run.Error);
    }

    [Test]
    public async Task The_module_itself_may_be_passed_on_and_reached_through_the_script()
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", Vars);
        job.Write("scripts/mari_tools.py", """
            import reducescript
            def energy(variables):
                variables.standard_vars["ei"] += 1
                return variables.standard_vars["ei"], variables.__name__, variables is reducescript.web_var
            """);
        job.Request["standard_vars"] = new JsonObject { ["ei"] = 11.5 };
        job.Request["script_directories"] = new JsonArray(job.PathOf("scripts"));

        var run = await job.RunAsync("""
            import reduce_vars as web_var
            import mari_tools
            def main(input_file, output_dir):
                print(mari_tools.energy(web_var))
                print(web_var.standard_vars["ei"], mari_tools.reducescript.web_var.advanced_vars)
            """);

        Assert.That(run.Output, Is.EqualTo("(12.5, 'reduce_vars', True)\n12.5 {'UB Matrix': [1, 0]}\n"), run.Error);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("standard_vars = None")]
    [TestCase("standard_vars = {}\nx = 1")]
    public async Task What_the_file_lacks_is_an_empty_dictionary(string? content)
    {
        using var job = new DriverJob(python);
        if (content is not null)
        {
            job.Write("reduce_vars.py", content);
        }

        var run = await job.RunAsync("print(web_var.standard_vars, web_var.advanced_vars)");

        Assert.That(run.Output, Is.EqualTo("{} {}\n"), run.Error);
    }

    [TestCase(null)]
    [TestCase("/nowhere/reduce_vars.py")]
    public async Task Without_a_file_the_message_alone_counts(string? path)
    {
        using var job = new DriverJob(python);
        job.Request["reduce_vars"] = path;
        job.Request["advanced_vars"] = new JsonObject { ["ei"] = 5 };

        var run = await job.RunAsync("import reduce_vars; print(reduce_vars.standard_vars, reduce_vars.advanced_vars)");

        Assert.That(run.Output, Is.EqualTo("{} {'ei': 5}\n"), run.Error);
    }

    [TestCase("\n1 / 0", "ZeroDivisionError: division by zero (in reduce_vars.py)")]
    [TestCase("\nraise ValueError('skip')", "ValueError: skip (in reduce_vars.py)")]
    [TestCase("x = 1\nstandard_vars = {", "SyntaxError: ")]
    [TestCase("import sys\nsys.exit(3)", "SystemExit: the script called sys.exit, exit code 3 (in reduce_vars.py)")]
    public async Task A_file_that_fails_is_an_error_with_its_traceback(string content, string message)
    {
        using var job = new DriverJob(python);
        var file = job.Write("reduce_vars.py", content);

        var run = await job.RunAsync("print('must not run')");

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Stage, Is.EqualTo("vars"));
        Assert.That(run.Message, Does.StartWith("REDUCTION Error: " + message).And.Contains("reduce_vars.py"));
        Assert.That(run.Error, Does.Contain($"File \"{file}\", line 2").And.Not.Contains("reduction_driver"));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task A_file_may_be_latin_1_with_a_carriage_return_on_every_line()
    {
        using var job = new DriverJob(python);
        job.Write("reduce_vars.py", Encoding.Latin1.GetBytes("# \u00c5\r\nstandard_vars = {\r\n 'unit': '\u00c5'}\r\n"));

        var run = await job.RunAsync("print(web_var.standard_vars)");

        Assert.That(run.Output, Is.EqualTo("{'unit': 'Å'}\n"), run.Error);
        Assert.That(run.Notes.Single(), Does.EndWith("reduce_vars.py is not valid utf-8; read as latin-1"));
    }
}

using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverSkipTests(string python)
{
    [TestCase("Skip: Event mode not supported")]
    [TestCase("skipping run, no beam")]
    [TestCase("This run is SKIPPED")]
    [TestCase("calibration (skip)")]
    [TestCase("skip")]
    public async Task An_exception_that_says_skip_skips_the_run(string text)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            def main(input_file, output_dir):
                raise Exception("{text}")
            """);

        Assert.That(run.Outcome, Is.EqualTo("skipped"));
        Assert.That(run.Message, Is.EqualTo("Reduction Skipped: " + text));
        Assert.That(run.Error, Is.EqualTo($"Reduction Skipped: {text}\n"));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [TestCase("raise RuntimeError('Skip: at import')", "Reduction Skipped: Skip: at import")]
    [TestCase("import sys; sys.exit('Skip: no events')", "Reduction Skipped: Skip: no events")]
    public async Task A_skip_may_come_at_import_and_from_sys_exit(string script, string message)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync(script);

        Assert.That(run.Outcome, Is.EqualTo("skipped"));
        Assert.That(run.Message, Is.EqualTo(message));
    }

    [Test]
    public async Task A_listed_run_is_skipped_although_the_script_fails_with_it()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("SKIP_RUNS = [28581]\nraise ValueError('no beam')\n");

        Assert.That(run.Outcome, Is.EqualTo("skipped"));
        Assert.That(run.Message, Is.EqualTo("Reduction Skipped: run 28581 is in SKIP_RUNS"));
    }

    [Test]
    public async Task A_package_that_is_missing_is_an_error_whatever_its_name()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("import skip_tools\n");

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ModuleNotFoundError: No module named 'skip_tools'"));
    }

    [TestCase("no_skip here")]
    [TestCase("unskippable")]
    [TestCase("")]
    public async Task Skip_inside_a_word_is_an_error(string text)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"raise ValueError('{text}')");

        Assert.That(run.Outcome, Is.EqualTo("error"));
    }

    [Test]
    public async Task Printing_skip_is_complete()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            def main(input_file, output_dir):
                print("Skipping this run")
                return ""
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"));
    }

    [TestCase("[28580, 28581]")]
    [TestCase("['28581']")]
    [TestCase("(28581,)")]
    [TestCase("{28581}")]
    [TestCase("range(28000, 29000)")]
    public async Task A_run_in_SKIP_RUNS_is_skipped_before_main(string runs)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            SKIP_RUNS = {runs}
            def main(input_file, output_dir):
                print("must not run")
            """);

        Assert.That(run.Outcome, Is.EqualTo("skipped"), run.Error);
        Assert.That(run.Message, Is.EqualTo("Reduction Skipped: run 28581 is in SKIP_RUNS"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("[2858, 285811]", "")]
    [TestCase("[]", "")]
    [TestCase("None", "")]
    [TestCase("28581", "SKIP_RUNS of type int ignored, it should be a list")]
    [TestCase("'28581'", "SKIP_RUNS of type str ignored, it should be a list")]
    public async Task Any_other_run_is_not(string runs, string note)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            SKIP_RUNS = {runs}
            def main(input_file, output_dir):
                print("runs")
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Output, Is.EqualTo("runs\n"));
        Assert.That(string.Join(';', run.Notes), Is.EqualTo(note));
    }

    [Test]
    public async Task A_batch_with_one_such_run_is_skipped()
    {
        using var job = new DriverJob(python);
        job.Request["run_numbers"] = new JsonArray(1, 2, 3);

        var run = await job.RunAsync("SKIP_RUNS = [3]");

        Assert.That(run.Message, Is.EqualTo("Reduction Skipped: run 3 is in SKIP_RUNS"));
    }
}

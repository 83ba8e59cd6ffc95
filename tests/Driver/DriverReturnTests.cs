using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverReturnTests(string python)
{
    [TestCase("None", "", "")]
    [TestCase("''", "", "")]
    [TestCase("'/extra/RB1'", "/extra/RB1", "")]
    [TestCase("'/extra/RB1/'", "/extra/RB1", "")]
    [TestCase("['/b', '/a']", "/b;/a", "")]
    [TestCase("('/b', '', None, '/a')", "/b;/a", "")]
    [TestCase("{'/b', '/a'}", "/a;/b", "")]
    [TestCase("[]", "", "")]
    [TestCase("3", "", "return value of type int ignored")]
    [TestCase("{'a': '/b'}", "", "return value of type dict ignored")]
    [TestCase("object", "", "return value of type type ignored")]
    [TestCase("['/a', 1, 2, b'x']", "/a", "return value of type bytes ignored;return value of type int ignored")]
    [TestCase("{1, '/a'}", "/a", "return value of type int ignored")]
    public async Task What_main_returns_are_further_destinations(string value, string destinations, string notes)
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync($"""
            def main(input_file, output_dir):
                return {value}
            """);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(string.Join(';', run.Destinations), Is.EqualTo(destinations));
        Assert.That(string.Join(';', run.Notes), Is.EqualTo(notes));
    }

    [Test]
    public async Task Relative_paths_count_from_where_the_script_has_gone()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            import os
            def main(input_file, output_dir):
                os.chdir("/usr")
                return "../extra"
            """);

        Assert.That(run.Destinations.Single(), Is.EqualTo("/extra"));
    }

    [Test]
    public async Task A_name_that_is_not_UTF_8_still_makes_readable_JSON()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            def main(input_file, output_dir):
                return "/extra/\udce9\u00e9"
            """);

        Assert.That(run.Destinations.Single(), Is.EqualTo("/extra/?é"));
    }
}

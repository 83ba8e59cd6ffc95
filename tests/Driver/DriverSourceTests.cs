using System.Text;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
[Parallelizable(ParallelScope.All)]
public sealed class DriverSourceTests(string python)
{
    private const string Script = "# first\nname = '\u00c5ngstr\u00f6m'\nprint(ascii(name))\nraise ValueError(name)  # \u00c5\n";
    private const string Printed = "'\\xc5ngstr\\xf6m'\n";

    [TestCase("utf-8", "", "\n")]
    [TestCase("utf-8", "", "\r\n")]
    [TestCase("utf-8", "", "\r")]
    [TestCase("utf-8", "\ufeff", "\n")]
    [TestCase("utf-8", "\ufeff", "\r\n")]
    [TestCase("iso-8859-1", "", "\n")]
    [TestCase("iso-8859-1", "", "\r\n")]
    public async Task Sources_are_read_and_shown_right_whatever_their_encoding_and_line_ends(
        string encoding, string start, string lineEnd)
    {
        using var job = new DriverJob(python);
        var text = start + Script.Replace("\n", lineEnd, StringComparison.Ordinal);
        job.Write("reduce.py", Encoding.GetEncoding(encoding).GetBytes(text));

        var run = await job.RunAsync();

        Assert.That(run.Output, Is.EqualTo(Printed), run.Error);
        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: ValueError: \u00c5ngstr\u00f6m"));
        Assert.That(run.Error, Does.Contain($"""
              File "{job.PathOf("reduce.py")}", line 4, in <module>
                raise ValueError(name)  # {'\u00c5'}
            """));
        Assert.That(run.Notes, Has.Length.EqualTo(encoding == "utf-8" ? 0 : 1));
    }

    [Test]
    public async Task A_text_of_a_message_is_UTF_8_whatever_it_says_of_itself()
    {
        using var job = new DriverJob(python);
        job.Request["script_encoding"] = "utf-8";
        job.Write("reduce.py", Encoding.UTF8.GetBytes("# coding: latin-1\n" + Script));

        var run = await job.RunAsync();

        Assert.That(run.Output, Is.EqualTo(Printed), run.Error);
        Assert.That(run.Notes, Is.Empty);
    }

    [TestCase("# -*- coding: latin-1 -*-\n", 0)]
    [TestCase("#!/usr/bin/python3\n# vim: set fileencoding=iso-8859-1 :\n", 0)]
    [TestCase("# -*- coding: utf-8 -*-\n", 1)]
    [TestCase("# -*- coding: latin-1-unix -*-\n", 0)]
    [TestCase("# -*- coding: iso_latin_1-dos -*-\n", 0)]
    [TestCase("# -*- coding: UTF-8-unix -*-\n", 1)]
    [TestCase("\n\n# coding: cp037, in the third line, is no cookie\n", 1)]
    public async Task The_declared_encoding_counts_and_latin_1_where_it_is_wrong(string cookie, int notes)
    {
        using var job = new DriverJob(python);
        job.Write("reduce.py", Encoding.Latin1.GetBytes(cookie + Script));

        var run = await job.RunAsync();

        Assert.That(run.Output, Is.EqualTo(Printed), run.Error);
        Assert.That(run.Notes, Has.Length.EqualTo(notes));
    }

    [Test]
    public async Task A_declared_encoding_beats_UTF_8()
    {
        using var job = new DriverJob(python);
        job.Write("reduce.py", [.. "# coding: cp1252\nprint(ascii('"u8, 0x80, .. "'))"u8]);

        var run = await job.RunAsync();

        Assert.That(run.Output, Is.EqualTo("'\\u20ac'\n"), run.Error);
    }

    [Test]
    public async Task An_unknown_encoding_is_an_error()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("# coding: klingon\n");

        Assert.That(run.Message, Is.EqualTo("REDUCTION Error: SyntaxError: unknown encoding: klingon"));
    }

    [Test]
    public async Task A_syntax_error_is_told_with_its_line()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("x = 1\ndef main(:\n    pass\n");

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Stage, Is.EqualTo("compile"));
        Assert.That(run.Message, Does.Match(@"^REDUCTION Error: SyntaxError: .* \(reduce\.py, line 2\)$"));
        Assert.That(run.Error, Does.Contain("def main(:").And.Not.Contains("reduction_driver"));
    }

    [Test]
    public async Task A_syntax_error_in_a_script_that_is_named_skip_is_no_skip()
    {
        using var job = new DriverJob(python);
        job.Request["script_name"] = "/scripts/skip.py";

        var run = await job.RunAsync("def main(:\n");

        Assert.That(run.Outcome, Is.EqualTo("error"));
    }

    [Test]
    public async Task A_file_of_another_kind_is_an_error()
    {
        using var job = new DriverJob(python);
        job.Write("reduce.py", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00]);

        var run = await job.RunAsync();

        Assert.That(run.Outcome, Is.EqualTo("error"));
        Assert.That(run.Message, Does.StartWith("REDUCTION Error: "));
    }

    [Test]
    public async Task UTF_16_is_an_error_that_says_what_to_do()
    {
        using var job = new DriverJob(python);
        job.Write("reduce.py", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("def main(:\r\n")]);

        var run = await job.RunAsync();

        Assert.That(run.Message, Does.StartWith("REDUCTION Error: SyntaxError: ").And.Contain("reduce.py is UTF-16").And.EndsWith("save it as UTF-8"));
    }

    [Test]
    public async Task A_missing_script_is_an_error_that_names_it()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync();

        Assert.That(run.Message, Does.StartWith("REDUCTION Error: FileNotFoundError: "));
        Assert.That(run.Message, Does.Contain(job.PathOf("reduce.py")));
    }

    [Test]
    public async Task The_traceback_shows_the_lines_that_ran_although_the_file_was_edited_since()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("""
            with open(__file__, "w") as file:
                file.write("# edited\n" * 9)
            raise ValueError("as it was")
            """);

        Assert.That(run.Error, Does.Contain("raise ValueError(\"as it was\")").And.Not.Contains("edited"));
    }

    [Test]
    public async Task An_empty_script_is_complete()
    {
        using var job = new DriverJob(python);

        var run = await job.RunAsync("");

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
    }
}

using System.Text;
using Autoreduction.Contract;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class ResultPathsTests
{
    private static readonly ReductionSettings Settings = new();

    [TestCase("\"enginx\"", "12345", "", "/instrument/ENGINX/RBNumber/RB42/autoreduced/12345", false)]
    [TestCase("\"ENGINX\"", "[1, 2, 3]", "", "/instrument/ENGINX/RBNumber/RB42/autoreduced/batch-1-3", false)]
    [TestCase("\"Wish\"", "12345", "", "/instrument/WISH/RBNumber/RB42/autoreduced", true)]
    [TestCase("\"ENGINX\"", "12345", ", \"flat_output\": true", "/instrument/ENGINX/RBNumber/RB42/autoreduced", true)]
    public void Results_go_where_the_template_says(string instrument, string run, string more, string root, bool isFlat)
    {
        var data = run.StartsWith('[') ? "[\"a\", \"b\", \"c\"]" : "\"a\"";
        var message = JobMessage.Parse(Encoding.UTF8.GetBytes(
            $$"""{"facility": "ISIS", "instrument": {{instrument}}, "rb_number": 42, "run_number": {{run}}, "data": {{data}}{{more}}}"""));
        Assert.That(RunRequestReader.TryRead(message, out var request, out var error), Is.True, error);

        Assert.That(ResultPaths.Of(request, Settings), Is.EqualTo(new ResultPaths(root, isFlat)));
    }

    [TestCase(0, new string[0])]
    [TestCase(1, new[] { "run-version-0" })]
    [TestCase(11, new[] { "run-version-2", "run-version-10", "run-version-x", "other", ".job.partial" })]
    public void The_next_version_follows_the_highest(long expected, string[] folders) =>
        Assert.That(ResultPaths.NextVersion(folders), Is.EqualTo(expected));
}

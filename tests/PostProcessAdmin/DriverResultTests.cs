using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class DriverResultTests
{
    private readonly string _path = Path.GetTempFileName();

    [OneTimeTearDown]
    public void Remove() => File.Delete(_path);

    [TestCase("complete", JobResult.Complete)]
    [TestCase("skipped", JobResult.Skipped)]
    [TestCase("error", JobResult.Error)]
    [TestCase("anything", JobResult.Error)]
    public void The_drivers_word_counts_however_its_process_ended(string outcome, JobResult expected)
    {
        var read = Read($$"""{"outcome": "{{outcome}}", "message": "m", "destinations": ["/a", 1], "software": {"name": "mantid", "version": "6.1"} }""", 11);

        Assert.That(read.Result, Is.EqualTo(expected));
        Assert.That(read.Message, Is.EqualTo("m"));
        Assert.That(read.Destinations, Is.EqualTo(new[] { "/a" }));
        Assert.That(read.Software, Is.EqualTo("6.1"));
    }

    [TestCase(11, "killed by SIGSEGV")]
    [TestCase(9, "ran out of memory")]
    [TestCase(15, "killed by SIGTERM")]
    [TestCase(3 << 8, "exit code 3")]
    [TestCase(0, "exit code 0")]
    public void Without_a_word_of_the_driver_it_is_told_how_the_process_ended(int status, string expected)
    {
        File.Delete(_path);

        var read = DriverResult.Read(_path, ExitStatus.FromWaitStatus(status));

        Assert.That(read.Result, Is.EqualTo(JobResult.Error));
        Assert.That(read.Message, Does.StartWith("REDUCTION Error: ").And.Contain(expected));
    }

    [TestCase("{half")]
    [TestCase("[]")]
    [TestCase("{\"outcome\": 1}")]
    public void A_result_that_makes_no_sense_is_an_error(string json) =>
        Assert.That(Read(json, 0).Result, Is.EqualTo(JobResult.Error));

    private RunOutcome Read(string json, int status)
    {
        File.WriteAllText(_path, json);
        return DriverResult.Read(_path, ExitStatus.FromWaitStatus(status));
    }
}

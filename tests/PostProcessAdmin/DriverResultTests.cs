using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class DriverResultTests : IDisposable
{
    private static readonly RunRequest Run = new()
    {
        Facility = "ISIS",
        Instrument = "MARI",
        RbNumber = 1,
        RunNumbers = [2],
        Data = ["/data"],
        IsBatch = false,
    };

    private static readonly ReductionSettings Settings = new() { Python = ["/opt/conda/bin/python", "-X", "utf8"], PythonPath = ["/opt/Mantid/lib"] };

    private readonly PrivateDirectory _directory = new(Path.GetTempPath(), $"driver-result-{Guid.NewGuid():N}");

    [SetUp]
    public void Make() => _directory.Create();

    [TearDown]
    public void Dispose() => _directory.Remove();

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

    [TestCase(11, "the script was killed by SIGSEGV")]
    [TestCase(9, "ran out of memory")]
    [TestCase(15, "the script was killed by SIGTERM")]
    [TestCase(139 << 8, "the script was killed by SIGSEGV, or ended Python with exit code 139")]
    [TestCase(3 << 8, "the script ended Python with exit code 3")]
    [TestCase(0, "exit code 0")]
    public void Without_a_word_of_the_driver_it_is_told_how_the_script_ended(int status, string expected)
    {
        File.WriteAllText(_directory.Begun, "");

        var read = Read(null, status);

        Assert.That(read.Result, Is.EqualTo(JobResult.Error));
        Assert.That(read.Message, Does.StartWith("REDUCTION Error: ").And.Contain(expected).And.Not.Contain("reduction.python"));
    }

    [TestCase(127 << 8, "the interpreter ended with exit code 127 before the script began: no such image.")]
    [TestCase(11, "the interpreter was killed by SIGSEGV before the script began: no such image.")]
    public void An_interpreter_that_never_got_to_the_script_is_named_with_its_setting_and_its_last_words(int status, string expected)
    {
        File.WriteAllText(_directory.MantidLog(Run), "pulling\nno such image\n");

        Assert.That(Read(null, status).Message, Does.StartWith($"REDUCTION Error: {expected} ")
            .And.Contain("/opt/conda/bin/python -X utf8, the setting reduction.python;")
            .And.Contain("/opt/Mantid/lib, the setting reduction.python_path"));
    }

    [TestCase("REDUCTION Error: ModuleNotFoundError: No module named 'mantid'")]
    [TestCase("REDUCTION Error: ImportError: libMantidKernel.so: cannot open shared object file")]
    public void A_missing_package_is_told_with_the_interpreter_that_lacks_it(string message)
    {
        Assert.That(Read($$"""{"outcome": "error", "message": "{{message}}"}""", 0).Message,
            Does.StartWith(message + ". The interpreter is /opt/conda/bin/python").And.Contain("reduction.python"));
    }

    [TestCase("{half")]
    [TestCase("[]")]
    [TestCase("{\"outcome\": 1}")]
    public void A_result_that_makes_no_sense_is_an_error(string json) =>
        Assert.That(Read(json, 0).Result, Is.EqualTo(JobResult.Error));

    private RunOutcome Read(string? json, int status)
    {
        if (json is not null)
        {
            File.WriteAllText(_directory.Result, json);
        }

        return new DriverResult(_directory, Run, new Interpreter(Settings, ScriptUser.Ours)).Read(ExitStatus.FromWaitStatus(status));
    }
}

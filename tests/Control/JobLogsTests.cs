using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class JobLogsTests
{
    private string _results = "";

    [SetUp]
    public void MakeResults() => _results = Directory.CreateTempSubdirectory("results-").FullName;

    [TearDown]
    public void RemoveResults() => Directory.Delete(_results, recursive: true);

    [Test]
    public void In_a_folder_that_runs_share_the_logs_of_one_are_found_and_nothing_else()
    {
        var folder = Directory.CreateDirectory($"{_results}/reduction_log").FullName;
        foreach (var name in (string[])["RB_1_Run_2_Mantid.log", "RB_1_Run_2_Script.out", "RB_1_Run_2_reduce.py", "RB_1_Run_2_reduction.json", "RB_1_Run_3_Script.out"])
        {
            File.WriteAllText($"{folder}/{name}", $"{name} one\n{name} two\n");
        }

        var logs = new JobLogs(new Settings(), new JobRecord
        {
            Id = "LET-2-x",
            MessageId = "ID:1",
            Instrument = "LET",
            Run = "2",
            RbNumber = 1,
            State = JobState.Running,
            Received = DateTimeOffset.Now,
            Since = DateTimeOffset.Now,
            ResultDirectories = [_results],
        });

        Assert.That(logs.Script.Select(Path.GetFileName), Is.EqualTo(new[] { "RB_1_Run_2_Script.out", "RB_1_Run_2_Mantid.log" }));
        Assert.That(logs.Newest, Is.EqualTo("RB_1_Run_2_Mantid.log two"));
    }
}

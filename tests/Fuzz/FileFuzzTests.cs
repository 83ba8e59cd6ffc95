using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Posix;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Autoreduction.Tests.Fuzz;

/// <summary>Files that others wrote, or that a crash left: settings, job records, pid files, /proc.</summary>
public sealed class FileFuzzTests
{
    private const string Toml = """
        # a comment
        [broker]
        uri = "stomp:failover:(tcp://127.0.0.1:61613)"
        heartbeat_seconds = 10
        [queues]
        pending = "/queue/ReductionPending"
        [daemon]
        max_jobs = 4
        state_directory = '/var/lib/autoreduction'
        [reduction]
        python = ["/usr/bin/python3", "-B"]
        path_map = [ { from = '\\isis\inst$\', to = "/isis/" } ]
        memory_limit = "8GiB"
        [reduction.instruments.ENGINX]
        script_timeout_seconds = 7200
        """;

    private static readonly Dictionary<string, string> NoEnvironment = [];
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("fuzz-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_settings_file_is_read_or_refused_with_every_error_in_words() =>
        Fuzz.Check(8_000, Mutation.Of(Toml), bytes =>
        {
            try
            {
                SettingsFile.Parse(Encoding.UTF8.GetString(bytes), "a.toml", NoEnvironment);
            }
            catch (SettingsException e)
            {
                Assert.That(e.Errors, Is.Not.Empty.And.All.Property(nameof(SettingsError.Problem)).Not.Empty);
            }
        });

    [Test]
    public void A_job_record_is_read_or_left_aside()
    {
        var record = new JobRecord { Id = "job", MessageId = "ID:1", Instrument = "ENGINX", Run = "1", RbNumber = 1, State = JobState.Running, Pid = 7 };
        var outcome = new JobOutcome { Result = JobResult.Complete, Destination = "/queue/q", Time = DateTimeOffset.UnixEpoch };
        var files = new JobFiles(Path.Combine(_directory, "job"));
        var store = new JobStore(_directory);
        var records = Mutation.Of(JsonSerializer.Serialize(record, ContractJson.Default.JobRecord), "null", "{}", "");
        var outcomes = Mutation.Of(JsonSerializer.Serialize(outcome, ContractJson.Default.JobOutcome), "null", "{}", "");

        Fuzz.Check(1_000, records.Zip(outcomes), pair =>
        {
            Directory.CreateDirectory(files.Directory);
            File.WriteAllBytes(files.Record, pair.Item1);
            File.WriteAllBytes(files.Outcome, pair.Item2);

            Assert.That(store.Load().ToList(), Has.Count.LessThanOrEqualTo(1));
        });
    }

    [Test]
    public void A_job_record_that_is_no_JSON_of_one_is_told_as_that_and_nothing_else()
    {
        var record = new JobRecord { Id = "job", MessageId = "ID:1", Instrument = "ENGINX", Run = "1", RbNumber = 1, RunVersion = 2, BootId = "b", Started = DateTimeOffset.UnixEpoch };
        Fuzz.Check(12_000, Mutation.Of(JsonSerializer.Serialize(record, ContractJson.Default.JobRecord)), bytes =>
        {
            try
            {
                var read = JsonSerializer.Deserialize(bytes, ContractJson.Default.JobRecord);
                var again = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(read!, ContractJson.Default.JobRecord), ContractJson.Default.JobRecord);
                Assert.That(again!.ToString(), Is.EqualTo(read!.ToString()));
            }
            catch (JsonException)
            {
                // Left aside, with the reason in the log.
            }
        });
    }

    [Test]
    public void A_pid_file_gives_the_pid_that_it_holds_or_none()
    {
        var path = Path.Combine(_directory, "a.pid");
        Fuzz.Check(2_000, Mutation.Of("1234\n", "1\n", "2147483647\n", "0\n", ""), bytes =>
        {
            File.WriteAllBytes(path, bytes);

            var pid = PidFile.TryRead(path, out var problem);

            // One line, which a person and systemd read in the same way.
            var line = Encoding.Latin1.GetString(bytes);
            line = line.EndsWith('\n') ? line[..^1] : line;
            var isPid = line.Length > 0 && line.All(char.IsAsciiDigit) && BigInteger.Parse(line, CultureInfo.InvariantCulture) is var number && number > 0 && number <= int.MaxValue;
            Assert.That(pid, Is.EqualTo(isPid ? int.Parse(line, CultureInfo.InvariantCulture) : null));
            Assert.That(problem.Length > 0, Is.EqualTo(!isPid));
        });
    }

    [Test]
    public void A_stat_line_is_read_right_whatever_the_process_calls_itself() =>
        Fuzz.Check(15_000, Gen.Elements("sh", "a b", "a) S 1 1 1", "((", "))", "\n", "", "é", ") ").Zip(Gen.Choose(0, int.MaxValue)), pair =>
        {
            var (name, start) = pair;
            var text = string.Create(CultureInfo.InvariantCulture, $"42 ({name}) S 7 8 9 10 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0");

            Assert.That(ProcessStat.TryParse(Encoding.UTF8.GetBytes(text), out var stat), Is.True);
            Assert.That(stat, Is.EqualTo(new ProcessStat('S', 7, 8, 9, 10, 1, start)));
        });

    [Test]
    public void A_broken_stat_line_is_no_process() =>
        Fuzz.Check(15_000, Mutation.Of("42 (sh) S 7 8 9 10 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 123456 0 0\n", "(", ") ", ""), bytes =>
            Assert.That(() => ProcessStat.TryParse(bytes, out _), Throws.Nothing));
}

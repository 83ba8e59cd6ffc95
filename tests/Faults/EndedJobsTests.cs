using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>Runs that ended so long ago that the daemon has no more of them than their records on disk.</summary>
public sealed class EndedJobsTests
{
    private const int Ended = 2_300;
    private const int InMemory = 2_000;

    [Test]
    [CancelAfter(60_000)]
    public async Task F29_messages_of_a_run_that_ended_long_ago_find_it_on_disk(CancellationToken token)
    {
        await using var experiment = new StubExperiment(async (session, place) =>
        {
            await StubQueue.DeliverAsync(session, "ID:1", "again", place.Message(1, 1, null));
            await StubQueue.DeliverAsync(session, "ID:cancel", "cancel", Cancel(place, 2));
            await StubQueue.DeliverAsync(session, "ID:new", "new", place.Message(2, 2, "def main(input_file, output_dir):\n    pass\n"));
        });
        var first = WriteRecords(experiment.Place);
        await experiment.StartAsync(token);

        await BrokerExperiment.UntilAsync(() => experiment.Queue.Acknowledged.Count == 3, token);

        Assert.That(experiment.Queue.Acknowledged, Is.EquivalentTo(new[] { "again", "cancel", "new" }));
        Assert.That(experiment.Told, Is.EqualTo(new[] { "/queue/ReductionStarted 2", "/queue/ReductionComplete 2" }),
            "I2 run 1 is not reduced again, and the cancel was for what has ended, not for what came later");
        using var client = Daemon.HttpRig.ClientOf(Path.Combine(experiment.Place.Root, "run/autoreduction.sock"));
        client.BaseAddress = new Uri("http://daemon");
        await BrokerExperiment.UntilAsync(() => experiment.Place.CtlAsync(token, "jobs").Result.Said.Split('\n').Length == 1, token);
        Assert.That(await client.GetStringAsync("/metrics", token), Does.Contain("autoreduction_runs_total{instrument=\"ENGINX\",outcome=\"complete\"} 1\n"), "run 1 was counted in its own time");
        Assert.That(await CountAsync("/jobs"), Is.InRange(InMemory, InMemory * 11 / 10 + 1));
        Assert.That(await CountAsync("/jobs?all=true"), Is.EqualTo(Ended + 1));
        Assert.That(await client.GetStringAsync($"/jobs/{first}", token), Does.Contain("ID:1"));
        Assert.That((await experiment.Place.CtlAsync(token, "jobs", "--all")).Said.Split('\n').Count(line => line.Contains("ENGINX", StringComparison.Ordinal)), Is.EqualTo(Ended + 1));
        Assert.That(await experiment.Place.CtlAsync(token, "cancel", "--run", "3", "--rb", "3"), Is.EqualTo((0, "it has ended already, and its outcome stands; submitted again it will be reduced")));

        async Task<int> CountAsync(string path) => JsonDocument.Parse(await client.GetStringAsync(path, token)).RootElement.GetArrayLength();
    }

    private static byte[] Cancel(FacilityPlace place, long run) => JobMessage.Parse(place.Message(run, run, null)).With((MessageKeys.Cancel, true)).ToUtf8();

    // Runs 1, 2, ..., each of its own experiment; the name of the first.
    private static string WriteRecords(FacilityPlace place)
    {
        var since = DateTimeOffset.Now.AddHours(-1);
        var names = Enumerable.Range(1, Ended).Select(number =>
        {
            Assert.That(RunRequestReader.TryRead(JobMessage.Parse(place.Message(number, number, null)), out var run, out var error), error);
            var files = new JobFiles(Path.Combine(place.Root, "state/jobs", JobId.Of(run!, $"ID:{number}")));
            Directory.CreateDirectory(files.Directory);
            var time = since.AddSeconds(number);
            File.WriteAllBytes(files.Record, JsonSerializer.SerializeToUtf8Bytes(
                new JobRecord
                {
                    Id = Path.GetFileName(files.Directory),
                    MessageId = $"ID:{number}",
                    Instrument = "ENGINX",
                    Run = $"{number}",
                    RbNumber = number,
                    State = JobState.Finished,
                    Attempt = 1,
                    Received = time,
                    Since = time,
                    Result = JobResult.Complete,
                },
                ContractJson.Default.JobRecord));
            File.WriteAllBytes(files.Outcome, JsonSerializer.SerializeToUtf8Bytes(
                new JobOutcome { Result = JobResult.Complete, Destination = "/queue/ReductionComplete", Published = true, Time = time }, ContractJson.Default.JobOutcome));
            return Path.GetFileName(files.Directory);
        });
        return names.ToList()[0];
    }
}

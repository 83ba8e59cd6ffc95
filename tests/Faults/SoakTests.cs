using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>F27: many runs of many experiments while daemon, broker, post-process-admins and scripts are killed and stopped at random.</summary>
[Category("Soak")]
public sealed class SoakTests
{
    private const int Experiments = 20;
    private const int MaxJobs = 3;
    private const int Backlog = 30;
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromMinutes(5);

    private readonly List<(long Rb, long Run)> _submitted = [];
    private readonly SortedDictionary<string, int> _injections = [];

    [Test]
    public async Task F27_random_faults_lose_no_run_and_run_none_twice()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("AUTOREDUCTION_SOAK_MINUTES") ?? "1", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("AUTOREDUCTION_SOAK_SEED") ?? $"{Random.Shared.Next()}", CultureInfo.InvariantCulture);
        Say($"seed {seed}, {minutes} minutes");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(minutes) + TimeToEnd);
        await using var facility = await Facility.OpenAsync(limit.Token, broker: "heartbeat_seconds = 1");
        Assert.That((await facility.CtlAsync(limit.Token, "start")).Code, Is.Zero);

        var runs = new ChaosRuns(facility.Root, MaxJobs);
        try
        {
            await RageAsync(facility, runs, new Random(seed), TimeSpan.FromMinutes(minutes), limit.Token);
            await facility.ListenUntilAsync(f => Outcomes(f).Count == _submitted.Count, limit.Token);
        }
        catch (OperationCanceledException)
        {
            var missing = _submitted.Select(run => run.Run).Except(Outcomes(facility).Select(outcome => outcome.Key));
            Assert.Fail($"no outcome of runs {string.Join(", ", missing)}; status: {(await facility.CtlAsync(default, "status")).Said}");
        }

        await EndAsync(facility, runs, limit.Token);
    }

    private async Task RageAsync(Facility facility, ChaosRuns runs, Random random, TimeSpan duration, CancellationToken token)
    {
        var end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            for (var i = random.Next(12); i >= 0; i--)
            {
                (long Rb, long Run) run = (random.Next(1, Experiments + 1), _submitted.Count + 1);
                await facility.SubmitAsync(run.Rb, run.Run, runs.ScriptOf(run.Rb, run.Run, random.NextDouble()), token);
                _submitted.Add(run);
            }

            await Task.Delay(random.Next(1500), token);
            await InjectAsync(facility, random, token);
            await facility.ReconnectAsync(token);
            await facility.ListenUntilAsync(f => Outcomes(f).Count >= _submitted.Count - Backlog, token);
        }
    }

    private async Task InjectAsync(Facility facility, Random random, CancellationToken token)
    {
        var kind = (string[])["daemon killed", "broker killed", "broker stopped", "job killed", "job killed"];
        var fault = kind[random.Next(kind.Length)];
        _injections[fault] = _injections.GetValueOrDefault(fault) + 1;
        Say($"{_submitted.Count} submitted, {Outcomes(facility).Count} told: {fault}");
        switch (fault)
        {
            case "daemon killed":
                Signal(facility.Pid, Signals.SIGKILL);
                await BrokerExperiment.UntilAsync(() => !FileLock.IsHeld(facility.LockFile), token);
                await Task.Delay(random.Next(1000), token);
                Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
                break;
            case "broker killed":
                facility.Broker.Kill();
                await Task.Delay(random.Next(2000), token);
                await facility.Broker.StartAgainAsync(token);
                break;
            case "broker stopped":
                Signal(facility.Broker.Pid, BrokerExperiment.SIGSTOP);
                await Task.Delay(random.Next(500, 8000), token);
                Signal(facility.Broker.Pid, Signals.SIGCONT);
                break;
            default:
                var processes = Tagged(facility);
                if (processes.Count > 0)
                {
                    Signal(processes[random.Next(processes.Count)], Signals.SIGKILL);
                }

                break;
        }
    }

    private async Task EndAsync(Facility facility, ChaosRuns runs, CancellationToken token)
    {
        await BrokerExperiment.UntilAsync(() => Tagged(facility).Count == 0 && !Directory.EnumerateFileSystemEntries($"{facility.Root}/tmp").Any(), token);
        await BrokerExperiment.PendingIsUnusedAsync(facility, token);
        var told = Outcomes(facility);
        var errors = told.Where(outcome => outcome.Any(queue => queue == "Error")).ToList();
        var twice = told.Where(outcome => outcome.Count() > 1).ToList();
        Say($"{_submitted.Count} runs, {errors.Count} errors, {twice.Count} told twice; {string.Join(", ", _injections.Select(pair => $"{pair.Key} {pair.Value}"))}");

        runs.Check(_submitted);
        Assert.That(told.Select(outcome => outcome.Key), Is.EquivalentTo(_submitted.Select(run => run.Run)));
        Assert.That(errors, Has.Count.LessThanOrEqualTo(_injections.GetValueOrDefault("job killed")), "only a run that was killed fails");
        Assert.That(twice, Has.Count.LessThanOrEqualTo(_injections.GetValueOrDefault("broker killed") + _injections.GetValueOrDefault("daemon killed")), "told twice: only where a receipt was cut");
        Say("verdict: all promises kept");
    }

    // The queues of the outcomes of each run.
    private static List<IGrouping<long, string>> Outcomes(Facility facility) =>
        [.. facility.Terminal.GroupBy(told => (long)told.Body[MessageKeys.RunNumber]!, told => told.Queue)];

    private static IReadOnlyList<int> Tagged(Facility facility) =>
    [
        .. Directory.EnumerateDirectories($"{facility.Root}/state/jobs")
            .SelectMany(job => ProcessSearch.WithEnvironment(JobFiles.TagVariable, Path.GetFileName(job))),
    ];

    private static void Signal(int pid, int signal)
    {
        using var process = PidFd.TryOpen(pid);
        process?.TrySendSignal(signal);
    }

    private static void Say(string line) => TestContext.Progress.WriteLine($"soak: {line}");
}

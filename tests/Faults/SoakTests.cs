using System.Globalization;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>F27: many runs of many experiments while daemon, broker, post-process-admins and scripts are killed and stopped at random.</summary>
[Category("Soak")]
public sealed class SoakTests
{
    private const int Experiments = 20;
    private const int Backlog = 30;
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromMinutes(5);

    private readonly SortedDictionary<string, int> _injections = [];

    [Test]
    public async Task F27_random_faults_lose_no_run_and_run_none_twice()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("AUTOREDUCTION_SOAK_MINUTES") ?? "1", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("AUTOREDUCTION_SOAK_SEED") ?? $"{Random.Shared.Next()}", CultureInfo.InvariantCulture);
        Say($"seed {seed}, {minutes} minutes");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(minutes) + TimeToEnd);
        var directory = Directory.CreateTempSubdirectory("soak-").FullName;
        using (var broker = await PrivateActiveMq.StartAsync(Path.Combine(directory, "broker"), limit.Token))
        {
            await using var rig = await FaultRig.OpenAsync(broker, limit.Token, brokerKeys: "heartbeat_seconds = 1");
            await rig.StartAsync(limit.Token);
            try
            {
                await RageAsync(rig, new Random(seed), TimeSpan.FromMinutes(minutes), limit.Token);
                await rig.ListenUntilAsync(() => Outcomes(rig).Count == rig.Submitted.Count, limit.Token);
            }
            catch (OperationCanceledException)
            {
                var missing = rig.Submitted.Select(run => run.Run).Except(Outcomes(rig).Select(outcome => outcome.Key));
                Assert.Fail($"no outcome of runs {string.Join(", ", missing)}; status: {(await rig.CtlAsync("status", default)).Said}");
            }

            await EndAsync(rig, limit.Token);
        }

        Directory.Delete(directory, recursive: true);
    }

    private async Task RageAsync(FaultRig rig, Random random, TimeSpan duration, CancellationToken token)
    {
        var end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            for (var i = random.Next(12); i >= 0; i--)
            {
                await rig.SubmitAsync(random.Next(1, Experiments + 1), rig.Submitted.Count + 1, token, ["sleep", random.NextDouble()]);
            }

            await Task.Delay(random.Next(1500), token);
            await InjectAsync(rig, random, token);
            await rig.ReconnectAsync(token);
            await rig.ListenUntilAsync(() => Outcomes(rig).Count >= rig.Submitted.Count - Backlog, token);
        }
    }

    private async Task InjectAsync(FaultRig rig, Random random, CancellationToken token)
    {
        var kind = (string[])["daemon killed", "broker killed", "broker stopped", "job killed", "job killed"];
        var fault = kind[random.Next(kind.Length)];
        _injections[fault] = _injections.GetValueOrDefault(fault) + 1;
        Say($"{rig.Submitted.Count} submitted, {Outcomes(rig).Count} told: {fault}");
        switch (fault)
        {
            case "daemon killed":
                await rig.KillDaemonAsync(token);
                await Task.Delay(random.Next(1000), token);
                await rig.StartAsync(token);
                break;
            case "broker killed":
                rig.Broker.Kill();
                await Task.Delay(random.Next(2000), token);
                await rig.Broker.StartAgainAsync(token);
                break;
            case "broker stopped":
                Signal(rig.Broker.Pid, BrokerExperiment.SIGSTOP);
                await Task.Delay(random.Next(500, 8000), token);
                Signal(rig.Broker.Pid, Signals.SIGCONT);
                break;
            default:
                var processes = rig.Tagged();
                if (processes.Count > 0)
                {
                    Signal(processes[random.Next(processes.Count)], Signals.SIGKILL);
                }

                break;
        }
    }

    private async Task EndAsync(FaultRig rig, CancellationToken token)
    {
        // The moment between a script's end and the record of that is short: few kills hit it.
        var complaints = await new Oracle(rig) { MayBeToldTwice = true, MayBeReducedTwice = _injections.GetValueOrDefault("job killed") / 50 }.ComplaintsAsync(token);
        var told = Outcomes(rig);
        var errors = told.Where(outcome => outcome.Any(queue => queue == "Error")).ToList();
        var twice = told.Where(outcome => outcome.Count() > 1).ToList();
        foreach (var line in File.ReadLines(rig.Log).Where(line => line.Contains("unexpected failure", StringComparison.Ordinal)))
        {
            Say(line);
        }

        Say($"{rig.Submitted.Count} runs, {errors.Count} errors, {twice.Count} told twice; {string.Join(", ", _injections.Select(pair => $"{pair.Key} {pair.Value}"))}");

        Assert.That(complaints, Is.Empty);
        Assert.That(errors, Has.Count.LessThanOrEqualTo(_injections.GetValueOrDefault("job killed")), "only a run that was killed fails");
        Assert.That(twice, Has.Count.LessThanOrEqualTo(_injections.GetValueOrDefault("broker killed") + _injections.GetValueOrDefault("daemon killed")), "told twice: only where a receipt was cut");
        Say("verdict: all promises kept");
    }

    // The queues of the outcomes of each run.
    private static List<IGrouping<long, string>> Outcomes(FaultRig rig) => [.. rig.Terminal.GroupBy(told => told.Run, told => told.Queue)];

    private static void Signal(int pid, int signal)
    {
        using var process = PidFd.TryOpen(pid);
        process?.TrySendSignal(signal);
    }

    private static void Say(string line) => TestContext.Progress.WriteLine($"soak: {line}");
}

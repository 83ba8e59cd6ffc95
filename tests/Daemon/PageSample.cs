using Autoreduction.Contract;
using Autoreduction.Daemon;

namespace Autoreduction.Tests.Daemon;

/// <summary>A facility at one moment, made up but alike every time.</summary>
internal sealed record PageSample(DaemonStatus Status, IReadOnlyList<JobRecord> Jobs)
{
    public static DateTimeOffset Now { get; } = new(2026, 3, 14, 15, 9, 26, TimeSpan.FromHours(1));

    private static readonly string[] Instruments = ["LET", "MARI", "ENGINX", "WISH", "MERLIN", "GEM"];

    private static readonly string[] Reasons =
    [
        "REDUCTION Error: ValueError: Workspace 'w_mt' has no detector with ID 1100042; check the calibration file of cycle 26_1",
        "Script ran for more than 3600 seconds - timed out",
        "Problem reading datafile: /isis/NDXWISH/Instrument/data/cycle_26_1/WISH00059001.nxs",
        "Script ended by SIGSEGV (core dumped); memory was 14.2 GiB of 16.0 GiB",
    ];

    /// <summary>A daemon that has just been started, and finds no broker.</summary>
    public static PageSample Empty() => new(Daemon(0, 0) with { Connected = false, Broker = "unreachable, retrying: 127.0.0.1:61613: Connection refused", Since = Now.AddSeconds(-42) }, []);

    /// <summary>All slots in use, a few runs waiting, a good day.</summary>
    public static PageSample Busy() => new(Daemon(2, 4), [.. Day(failEvery: 60), .. Present(running: 2, waiting: 4)]);

    /// <summary>Much waits, much failed, and there are problems.</summary>
    public static PageSample Failing() => new(
        Daemon(2, 35) with { Problems = ["state directory can't be written: No space left on device : '/var/lib/autoreduction/jobs'", "LET 87211 (RB 2610112): outcome not published yet"] },
        [.. Day(failEvery: 3), .. Present(running: 2, waiting: 35)]);

    /// <summary>The same at another time.</summary>
    public PageSample At(DateTimeOffset now) => new(
        Status with { Since = Status.Since + (now - Now), OldestWaiting = Status.OldestWaiting + (now - Now) },
        [.. Jobs.Select(job => job with { Received = job.Received + (now - Now), Started = job.Started + (now - Now), Ended = job.Ended + (now - Now) })]);

    public string Page() => new Page(Status, Jobs, Now).ToString();

    private static DaemonStatus Daemon(int running, int waiting) => new()
    {
        Pid = 4711,
        Version = "0.1.0",
        Host = "reduce01",
        Since = Now.AddDays(-12.4),
        State = "running",
        Connected = true,
        Broker = "activemq.example.org:61613",
        Running = running,
        Waiting = waiting,
        MaxJobs = 2,
        OldestWaiting = waiting == 0 ? null : Now.AddMinutes(-waiting),
    };

    private static IEnumerable<JobRecord> Day(int failEvery)
    {
        var random = new Random(1);
        for (var i = 0; i < 180; i++)
        {
            var began = Now.AddHours(-23.9 + i * 0.13);
            var result = i % failEvery == 1 ? JobResult.Error : i % 23 == 5 ? JobResult.Skipped : i == 100 ? JobResult.Cancelled : JobResult.Complete;
            var took = Math.Exp(random.NextDouble() * 3.2 + (i % 6 == 0 ? 4.2 : 2.2));
            yield return Run(i) with
            {
                State = JobState.Finished,
                Started = began,
                Ended = began.AddSeconds(took),
                Result = result,
                Message = result == JobResult.Error ? Reasons[i % Reasons.Length] : null,
            };
        }
    }

    private static IEnumerable<JobRecord> Present(int running, int waiting) => Enumerable.Range(0, running + waiting).Select(i =>
        Run(200 + i) with
        {
            State = i < running ? JobState.Running : JobState.Waiting,
            Received = Now.AddMinutes(-i),
            Started = i < running ? Now.AddMinutes(-3 - 17 * i) : null,
            Pid = i < running ? 30_511 + i : null,
        });

    private static JobRecord Run(int i) => HttpRig.Job($"j{i}", JobState.Waiting) with
    {
        Instrument = Instruments[i % Instruments.Length],
        Run = $"{87_000 + i}",
        RbNumber = 2_610_100 + i % 7,
        Received = Now.AddHours(-1),
    };
}

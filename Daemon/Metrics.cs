using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>What the daemon counts from its start on. Counted on several threads, read as one.</summary>
internal sealed class Metrics
{
    // Names come from messages: what anyone may send must not grow without limit.
    private const int MaxInstruments = 64;
    private const string OtherInstruments = "other";
    private static readonly double[] ReductionBounds = [1, 5, 15, 60, 300, 900, 3600, 14400];
    private static readonly double[] QueueingBounds = [0.1, 1, 10, 60, 600, 3600, 14400, 86400];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, InstrumentMetrics> _instruments = [];
    // From the start on: of a counter that appears with its first event Prometheus' increase() doesn't see that.
    private readonly Dictionary<ChildEnd, long> _reaped = Enum.GetValues<ChildEnd>().ToDictionary(end => end, _ => 0L);
    private readonly Dictionary<string, long> _refused = new() { ["invalid"] = 0, ["unreadable"] = 0 };
    private readonly MetricsHistogram _queueing = new(QueueingBounds);
    private long _connections;

    /// <summary>A run's message was acknowledged.</summary>
    public void RunFinished(JobRecord run)
    {
        lock (_gate)
        {
            var instrument = InstrumentOf(run);
            var result = run.Result ?? JobResult.Error;
            instrument.Outcomes[result]++;
            if (run is { Started: { } started, Ended: { } ended })
            {
                instrument.Durations.Observe((ended - started).TotalSeconds);
            }
        }
    }

    /// <summary>A run's post-process-admin was started for the first time.</summary>
    public void RunStarted(JobRecord run)
    {
        lock (_gate)
        {
            if (run is { Attempt: <= 1, Started: { } started })
            {
                _queueing.Observe((started - run.Received).TotalSeconds);
            }
        }
    }

    /// <summary>A post-process-admin ended and was reaped.</summary>
    public void ChildReaped(ExitStatus status) => CountReaped(status switch
    {
        { Exited: true, ExitCode: ExitCodes.Success } => ChildEnd.Success,
        { Exited: true, ExitCode: ExitCodes.TryAgain } => ChildEnd.TryAgain,
        { Exited: true, ExitCode: ExitCodes.OutcomeUnpublished } => ChildEnd.OutcomeUnpublished,
        { Exited: true, ExitCode: ExitCodes.GateClosed } => ChildEnd.GateClosed,
        { Exited: true } => ChildEnd.Failure,
        { IsUnknown: true } => ChildEnd.Unknown,
        _ => ChildEnd.Signal,
    });

    /// <summary>A process that a job left behind came to the daemon and was reaped.</summary>
    public void OrphanReaped() => CountReaped(ChildEnd.Orphan);

    /// <summary>A connection to a broker was made and subscribed.</summary>
    public void Connected()
    {
        lock (_gate)
        {
            _connections++;
        }
    }

    /// <summary>A message was answered by an error without a run, since something in it is wrong.</summary>
    public void MessageInvalid() => CountRefused("invalid");

    /// <summary>A message was moved to the dead-letter queue.</summary>
    public void MessageUnreadable() => CountRefused("unreadable");

    /// <summary>All of it in Prometheus' text format, together with how the daemon is now.</summary>
    public string Text(DaemonStatus status, MetricsProcess process, DateTimeOffset now)
    {
        var text = new MetricsText();
        lock (_gate)
        {
            text.Family("autoreduction_runs_total", "counter", "Runs that ended, their messages acknowledged.");
            foreach (var (name, instrument) in _instruments)
            {
                foreach (var (result, count) in instrument.Outcomes)
                {
                    text.Sample("autoreduction_runs_total", count, ("instrument", name), ("outcome", result.ToString().ToLowerInvariant()));
                }
            }

            text.Family("autoreduction_reduction_duration_seconds", "histogram", "Time from the start of a run's last attempt to its end.");
            foreach (var (name, instrument) in _instruments)
            {
                text.Histogram("autoreduction_reduction_duration_seconds", instrument.Durations, ("instrument", name));
            }

            text.Family("autoreduction_queueing_duration_seconds", "histogram", "Time from a message's arrival here to the start of its run.");
            text.Histogram("autoreduction_queueing_duration_seconds", _queueing);
            text.Family("autoreduction_messages_refused_total", "counter", "Messages without a run: answered as errors (invalid), or moved to the dead-letter queue (unreadable).");
            Samples(text, "autoreduction_messages_refused_total", "reason", _refused);
            text.Family("autoreduction_children_reaped_total", "counter", "Child processes that ended, by how they ended.");
            Samples(text, "autoreduction_children_reaped_total", "exit", _reaped.Select(pair => KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName($"{pair.Key}"), pair.Value)));
            text.Single("autoreduction_broker_reconnects_total", "counter", "Connections to a broker after the first.", Math.Max(0, _connections - 1));
        }

        text.Single("autoreduction_broker_connected", "gauge", "Whether the daemon is connected and subscribed (1) or not (0).", status.Connected ? 1 : 0);
        text.Single("autoreduction_runs_running", "gauge", "Runs that are being reduced now.", status.Running);
        text.Single("autoreduction_runs_running_limit", "gauge", "Runs that may be reduced at once.", status.MaxJobs);
        text.Single("autoreduction_runs_waiting", "gauge", "Messages that wait here; more may wait at the broker.", status.Waiting);
        text.Single("autoreduction_oldest_waiting_age_seconds", "gauge", "Age of the message that waits longest here; 0 where none waits.", Age(status.OldestWaiting, now));
        text.Single("autoreduction_oldest_running_age_seconds", "gauge", "Age of the reduction that runs longest; 0 where none runs.", Age(status.OldestRunning, now));
        text.Single("autoreduction_problems", "gauge", "Things that a person should look at; /status names them.", status.Problems.Count);
        text.Family("autoreduction_build_info", "gauge", "Always 1; the label is the program's version.");
        text.Sample("autoreduction_build_info", 1, ("version", status.Version));
        process.Write(text);
        return text.ToString();
    }

    private static void Samples(MetricsText text, string family, string label, IEnumerable<KeyValuePair<string, long>> counts)
    {
        foreach (var (value, count) in counts)
        {
            text.Sample(family, count, (label, value));
        }
    }

    // A clock that was set back makes no negative age.
    private static double Age(DateTimeOffset? since, DateTimeOffset now) => since is { } time ? Math.Max(0, (now - time).TotalSeconds) : 0;

    private void CountReaped(ChildEnd end)
    {
        lock (_gate)
        {
            _reaped[end]++;
        }
    }

    private void CountRefused(string reason)
    {
        lock (_gate)
        {
            _refused[reason]++;
        }
    }

    private InstrumentMetrics InstrumentOf(JobRecord run)
    {
        var name = run.Instrument.ToUpperInvariant();
        if (_instruments.TryGetValue(name, out var known))
        {
            return known;
        }

        name = _instruments.Count < MaxInstruments ? name : OtherInstruments;
        return _instruments.TryGetValue(name, out var other) ? other : _instruments[name] = new InstrumentMetrics(new MetricsHistogram(ReductionBounds));
    }

    private sealed record InstrumentMetrics(MetricsHistogram Durations)
    {
        public Dictionary<JobResult, long> Outcomes { get; } = Enum.GetValues<JobResult>().ToDictionary(result => result, _ => 0L);
    }
}

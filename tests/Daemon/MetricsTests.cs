using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class MetricsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Test]
    public void Runs_are_counted_by_instrument_and_outcome_with_their_durations()
    {
        var metrics = new Metrics();
        metrics.RunFinished(Run("let", JobResult.Complete, seconds: 4));
        metrics.RunFinished(Run("LET", JobResult.Complete, seconds: 70));
        metrics.RunFinished(Run("LET", JobResult.Error, seconds: 1e6));

        var text = Text(metrics);

        Assert.That(text, Does.Contain("autoreduction_runs_total{instrument=\"LET\",outcome=\"complete\"} 2\n"));
        Assert.That(text, Does.Contain("autoreduction_runs_total{instrument=\"LET\",outcome=\"error\"} 1\n"));
        Assert.That(text, Does.Contain("autoreduction_reduction_duration_seconds_bucket{instrument=\"LET\",le=\"5\"} 1\n"));
        Assert.That(text, Does.Contain("autoreduction_reduction_duration_seconds_bucket{instrument=\"LET\",le=\"300\"} 2\n"));
        Assert.That(text, Does.Contain("autoreduction_reduction_duration_seconds_bucket{instrument=\"LET\",le=\"+Inf\"} 3\n"));
        Assert.That(text, Does.Contain("autoreduction_reduction_duration_seconds_sum{instrument=\"LET\"} 1000074\n"));
    }

    [Test]
    public void Names_that_anybody_may_send_do_not_grow_it_without_limit()
    {
        var metrics = new Metrics();
        for (var i = 0; i < 1000; i++)
        {
            metrics.RunFinished(Run($"I{i}", JobResult.Complete, seconds: 1));
        }

        var text = Text(metrics);

        Assert.That(text.Split('\n').Count(line => line.StartsWith("autoreduction_runs_total{", StringComparison.Ordinal)), Is.EqualTo(65 * Enum.GetValues<JobResult>().Length));
        Assert.That(text, Does.Contain("autoreduction_runs_total{instrument=\"other\",outcome=\"complete\"} 936\n"));
    }

    [Test]
    public void Children_are_counted_by_how_they_ended_and_connections_after_the_first()
    {
        var metrics = new Metrics();
        metrics.ChildReaped(ExitStatus.FromExitCode(0));
        metrics.ChildReaped(ExitStatus.FromExitCode(75));
        metrics.ChildReaped(ExitStatus.FromExitCode(3));
        metrics.ChildReaped(ExitStatus.FromWaitStatus(9));
        metrics.OrphanReaped();
        foreach (var how in (string[])["gate_closed", "outcome_unpublished", "unknown"])
        {
            Assert.That(Text(metrics), Does.Contain($"autoreduction_children_reaped_total{{exit=\"{how}\"}} 0\n"), "there from the start");
        }

        metrics.Connected();
        Assert.That(Text(metrics), Does.Contain("autoreduction_broker_reconnects_total 0\n"));
        metrics.Connected();

        var text = Text(metrics);

        foreach (var how in (string[])["success", "try_again", "failure", "signal", "orphan"])
        {
            Assert.That(text, Does.Contain($"autoreduction_children_reaped_total{{exit=\"{how}\"}} 1\n"));
        }

        Assert.That(text, Does.Contain("autoreduction_broker_reconnects_total 1\n"));
    }

    [Test]
    public void Times_of_a_clock_that_was_set_back_count_as_none()
    {
        var metrics = new Metrics();
        metrics.RunFinished(Run("LET", JobResult.Complete, seconds: -50));

        var text = Text(metrics, status => status with { OldestWaiting = Now.AddHours(1) });

        Assert.That(text, Does.Contain("_sum{instrument=\"LET\"} 0\n").And.Contain("autoreduction_oldest_waiting_age_seconds 0\n"));
    }

    [Test]
    public void Label_values_are_escaped()
    {
        var text = Text(new Metrics(), status => status with { Version = "a\"b\\c\nd" });

        Assert.That(text, Does.Contain("autoreduction_build_info{version=\"a\\\"b\\\\c\\nd\"} 1\n"));
    }

    /// <summary>Everything that can appear, once.</summary>
    public static string Everything()
    {
        var metrics = new Metrics();
        metrics.RunStarted(Run("LET", JobResult.Complete, seconds: 4) with { Attempt = 1 });
        metrics.RunFinished(Run("LET", JobResult.Complete, seconds: 4));
        metrics.RunFinished(Run("M-A_1", JobResult.Cancelled, seconds: 4));
        metrics.ChildReaped(ExitStatus.FromExitCode(0));
        metrics.MessageInvalid();
        metrics.MessageUnreadable();
        metrics.Connected();
        return Text(metrics, status => status with { OldestWaiting = Now.AddSeconds(-4.5) });
    }

    private static string Text(Metrics metrics, Func<DaemonStatus, DaemonStatus>? change = null)
    {
        var status = SampleStatus.IdleSince(Now);
        return metrics.Text(change?.Invoke(status) ?? status, MetricsProcess.Read(Now), Now);
    }

    private static JobRecord Run(string instrument, JobResult result, double seconds) =>
        HttpRig.Job("a", JobState.Finished) with { Instrument = instrument, Result = result, Received = Now, Started = Now, Ended = Now.AddSeconds(seconds) };
}

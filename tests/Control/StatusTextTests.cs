using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class StatusTextTests
{
    private static readonly DateTimeOffset Since = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly DaemonStatus Running = SampleStatus.RunningSince(Since);

    [Test]
    public void A_daemon_that_runs_says_since_when() =>
        Assert.That(StatusVerb.Text(Running), Does.StartWith($"running since {Local}, pid 7 on h").And.EndWith("\n2 of 8 jobs running, 5 waiting"));

    [TestCase(2, "waits for 2 running jobs to end")]
    [TestCase(1, "waits for 1 running job to end")]
    public void One_that_stops_says_that_this_is_no_time_of_the_stop_and_what_it_waits_for(int running, string words) =>
        Assert.That(StatusVerb.Text(Running with { State = "stopping", Running = running }), Does.StartWith($"stopping; running since {Local}, pid 7 on h").And.EndWith($"\n{words}, starts no more; 5 waiting"));

    private static string Local => $"{Since.ToLocalTime():yyyy-MM-ddTHH:mm:sszzz}";
}

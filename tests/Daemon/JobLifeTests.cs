using Autoreduction.Contract;
using Autoreduction.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class JobLifeTests
{
    // Every state with every event: where it leads, or that it can't happen.
    private const string Table = """
                          Waiting        Starting  Running   Stopping  Ending         Retrying       Reporting      Acknowledging  Finished
        Taken             Starting       -         -         -         -              Starting       -              -              -
        NotStarted        -              Retrying  -         -         -              -              -              -              -
        Released          -              Running   -         -         -              -              -              -              -
        Adopted           -              Running   Running   Running   Running        -              -              -              -
        StopAsked         -              Stopping  Stopping  -         -              -              -              -              -
        Ended             -              Ending    Ending    Ending    -              -              -              -              -
        AttemptFailed     -              -         -         -         Retrying       -              -              -              -
        Concluded         Reporting      -         -         -         Reporting      Reporting      -              -              -
        ConcludedAndTold  Acknowledging  -         -         -         Acknowledging  Acknowledging  -              -              -
        Told              -              -         -         -         -              -              Acknowledging  -              -
        Acknowledged      -              -         -         -         -              -              Finished       Finished       -
        Redelivered       -              -         -         -         -              -              -              -              Acknowledging
        RedeliveredUntold -              -         -         -         -              -              -              -              Reporting
        """;

    [Test]
    public void Every_event_in_every_state_leads_where_the_table_says()
    {
        var rows = Table.Split('\n').Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var states = rows[0].Select(Enum.Parse<JobState>).ToList();

        Assert.That(states, Is.EquivalentTo(Enum.GetValues<JobState>()));
        Assert.That(rows.Skip(1).Select(row => Enum.Parse<JobEvent>(row[0])), Is.EquivalentTo(Enum.GetValues<JobEvent>()));
        foreach (var row in rows.Skip(1))
        {
            var what = Enum.Parse<JobEvent>(row[0]);
            Assert.That(states.Select(state => JobLife.After(state, what)?.ToString() ?? "-"), Is.EqualTo(row.Skip(1)), row[0]);
        }
    }

    [Test]
    public void Every_job_can_be_finished()
    {
        Assert.That(Enum.GetValues<JobState>().Where(state => !ReachableFrom(state).Contains(JobState.Finished)), Is.Empty);
    }

    [TestCase(JobState.Reporting)]
    [TestCase(JobState.Acknowledging)]
    [TestCase(JobState.Finished)]
    public void A_run_whose_outcome_is_known_is_never_reduced_again(JobState state)
    {
        Assert.That(ReachableFrom(state).Where(JobLife.IsAlive), Is.Empty);
    }

    private static HashSet<JobState> ReachableFrom(JobState start)
    {
        var reached = new HashSet<JobState> { start };
        var ahead = new Queue<JobState>(reached);
        while (ahead.TryDequeue(out var state))
        {
            foreach (var next in Enum.GetValues<JobEvent>().Select(what => JobLife.After(state, what)).OfType<JobState>().Where(reached.Add))
            {
                ahead.Enqueue(next);
            }
        }

        return reached;
    }
}

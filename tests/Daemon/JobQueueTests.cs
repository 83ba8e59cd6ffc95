using Autoreduction.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class JobQueueTests
{
    private long _arrivals;

    private QueuedRun Run(string id, long rb, int priority = 4, string instrument = "LET") => new(id, rb, instrument, priority, ++_arrivals);

    [Test]
    public void A_second_run_of_the_same_RB_waits_for_the_first()
    {
        var queue = new JobQueue(maxJobs: 4, maxJobsPerInstrument: 0);
        queue.Add(Run("a", 1));
        queue.Add(Run("b", 1));

        Assert.That(queue.TryTake(out var first), Is.True);
        Assert.That(first.JobId, Is.EqualTo("a"));
        Assert.That(queue.TryTake(out _), Is.False);
        queue.Release("a");
        Assert.That(queue.TryTake(out var second), Is.True);
        Assert.That(second.JobId, Is.EqualTo("b"));
    }

    [Test]
    public void Between_RBs_priority_decides_and_then_arrival()
    {
        var queue = new JobQueue(4, 0);
        queue.Add(Run("a", 1));
        queue.Add(Run("b", 2, priority: 9));
        queue.Add(Run("c", 3));

        Assert.That(Take(queue), Is.EqualTo(new[] { "b", "a", "c" }));
    }

    [Test]
    public void A_higher_priority_does_not_overtake_in_its_own_RB()
    {
        var queue = new JobQueue(1, 0);
        queue.Add(Run("a", 1));
        queue.Add(Run("b", 1, priority: 9));

        Assert.That(Take(queue), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Limits_hold_runs_back()
    {
        var queue = new JobQueue(maxJobs: 3, maxJobsPerInstrument: 1);
        queue.Add(Run("a", 1));
        queue.Add(Run("b", 2));
        queue.Add(Run("c", 3, instrument: "MARI"));
        queue.Add(Run("d", 4, instrument: "WISH"));
        queue.Add(Run("e", 5, instrument: "GEM"));

        Assert.That(Take(queue), Is.EqualTo(new[] { "a", "c", "d" }));
    }

    [Test]
    public void A_run_whose_message_is_lost_holds_its_RB_back_until_it_comes_again_or_is_given_up()
    {
        var queue = new JobQueue(3, 0);
        var first = Run("a", 1);
        queue.Add(first);
        queue.Add(Run("b", 2));
        queue.Hold("a");
        queue.Hold("b");
        queue.Hold("unknown");
        queue.Add(Run("c", 1));
        queue.Add(Run("d", 2));

        Assert.That(Take(queue), Is.Empty);
        queue.Add(first);
        Assert.That(Take(queue), Is.EqualTo(new[] { "a" }));
        queue.Remove("b");
        Assert.That(Take(queue), Is.EqualTo(new[] { "d" }));
    }

    [Test]
    public void A_run_between_two_attempts_frees_its_slot_and_keeps_its_RB_and_its_place()
    {
        var queue = new JobQueue(1, 0);
        var first = Run("a", 1);
        queue.Add(first);
        queue.Add(Run("b", 1));
        queue.Add(Run("c", 2));
        queue.TryTake(out _);
        queue.Add(first, held: true);

        Assert.That(Take(queue), Is.EqualTo(new[] { "c" }));
        queue.Ready("a");
        Assert.That(Take(queue), Is.Empty, "no slot is free");
        queue.Release("c");
        Assert.That(Take(queue), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void The_limit_of_an_instrument_holds_for_a_next_attempt_too()
    {
        var queue = new JobQueue(maxJobs: 3, maxJobsPerInstrument: 1);
        queue.Add(Run("a", 1), held: true);
        queue.Add(Run("b", 2));

        Assert.That(Take(queue), Is.EqualTo(new[] { "b" }));
        queue.Ready("a");
        Assert.That(Take(queue), Is.Empty);
        queue.Release("b");
        Assert.That(Take(queue), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_run_that_comes_again_while_it_must_wait_keeps_later_ones_of_its_RB_back()
    {
        var queue = new JobQueue(2, 0);
        queue.Add(Run("a", 1), held: true);
        queue.Add(Run("b", 1));

        Assert.That(Take(queue), Is.Empty);
        queue.Ready("a");
        Assert.That(Take(queue), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_run_whose_outcome_is_not_told_yet_frees_its_slot_and_keeps_its_RB()
    {
        var queue = new JobQueue(1, 0);
        queue.Add(Run("a", 1));
        queue.TryTake(out _);
        queue.Add(Run("b", 1));
        queue.Add(Run("c", 2));
        queue.Block("a", 1);

        Assert.That(Take(queue), Is.EqualTo(new[] { "c" }));
        queue.Release("c");
        Assert.That(Take(queue), Is.Empty);
        queue.Release("a");
        Assert.That(Take(queue), Is.EqualTo(new[] { "b" }));
    }

    private static List<string> Take(JobQueue queue)
    {
        var taken = new List<string>();
        while (queue.TryTake(out var next))
        {
            taken.Add(next.JobId);
        }

        return taken;
    }
}

using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class HeartBeatsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Ours are 5 s both ways. The broker's are: how often it can send, how often it wants to hear.
    [TestCase("0,0", 0, 0)]
    [TestCase("5000,5000", 5, 5)]
    [TestCase("10000,0", 0, 10)]
    [TestCase("0,10000", 10, 0)]
    [TestCase("1000,20000", 20, 5)]
    [TestCase(null, 0, 0)]
    public void The_slower_interval_is_agreed_on_and_none_where_one_side_has_none(string? connected, int send, int receive)
    {
        Assert.That(HeartBeats.Agree(5 * Second, connected), Is.EqualTo(new HeartBeats(send * Second, receive * Second)));
    }

    [Test]
    public void Without_heart_beats_of_ours_there_are_none()
    {
        Assert.That(HeartBeats.Agree(TimeSpan.Zero, "1000,1000"), Is.EqualTo(default(HeartBeats)));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("1,2,3")]
    [TestCase("a,b")]
    [TestCase("-1,0")]
    [TestCase("99999999999,0")]
    public void What_is_no_pair_of_intervals_is_a_protocol_error(string connected)
    {
        Assert.That(() => HeartBeats.Agree(Second, connected), Throws.InstanceOf<StompProtocolException>());
    }

    [Test]
    public void The_broker_has_three_intervals()
    {
        Assert.That(new HeartBeats(Second, 2 * Second).ReceiveLimitFor(new()), Is.EqualTo(6 * Second));
        Assert.That(new HeartBeats(Second, TimeSpan.Zero).ReceiveLimitFor(new()), Is.EqualTo(Timeout.InfiniteTimeSpan));
    }

    [Test]
    public void The_clock_ticks_often_enough_for_the_shortest_limit()
    {
        var options = new StompConnectionOptions { WriteTimeout = 8 * Second, ReceiptTimeout = 30 * Second };

        Assert.That(new HeartBeats(3 * Second, 10 * Second).TickFor(options), Is.EqualTo(Second));
        Assert.That(new HeartBeats(30 * Second, 3 * Second).TickFor(options), Is.EqualTo(1.5 * Second));
        Assert.That(default(HeartBeats).TickFor(options), Is.EqualTo(2 * Second));
    }

    [Test]
    public void Patience_runs_out_when_so_many_ticks_are_surely_longer_than_the_limit()
    {
        var patience = new Patience(3 * Second, Second);

        Assert.That(Enumerable.Range(0, 4).Select(_ => patience.RunsOut()), Is.EqualTo(new[] { false, false, false, true }));
        patience.Renew();
        Assert.That(patience.RunsOut(), Is.False);
    }

    [Test]
    public void Patience_without_limit_never_runs_out()
    {
        Assert.That(Patience.TicksOf(Timeout.InfiniteTimeSpan, Second), Is.EqualTo(int.MaxValue));
    }
}

using Autoreduction.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The order in which the supervisor's loop gets to what happened.</summary>
public sealed class DaemonEventTests
{
    [Test]
    public void What_people_ask_for_comes_first_and_the_rest_in_its_order()
    {
        var channel = DaemonEvent.CreateChannel();
        DaemonEvent[] happened =
        [
            new DaemonEvent.ChildEnded(1), new DaemonEvent.Tick(), new DaemonEvent.StatusAsked(new()), new DaemonEvent.JobProgressed("a"),
            new DaemonEvent.ChildEnded(2), new DaemonEvent.JobCancelAsked("b", new()), new DaemonEvent.StopRequested(), new DaemonEvent.BrokerLost(1, "gone"),
        ];
        foreach (var what in happened)
        {
            Assert.That(channel.Writer.TryWrite(what), Is.True);
        }

        var read = new List<DaemonEvent>();
        while (channel.Reader.TryRead(out var next))
        {
            read.Add(next);
        }

        Assert.That(read, Is.EqualTo(((int[])[2, 5, 6, 0, 1, 3, 4, 7]).Select(index => happened[index])));
    }
}

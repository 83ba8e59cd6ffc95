using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class PendingReceiptsTests
{
    // As long as there are more, the broker may keep them back and send them together.
    private const int Many = 65;

    [Test]
    public void They_are_many_until_enough_of_them_came()
    {
        var receipts = new PendingReceipts();
        var asked = Enumerable.Range(0, Many).Select(_ => receipts.Ask("SEND")).ToList();
        Assert.That(receipts.AreMany);

        receipts.Arrived(asked[0].Id);

        Assert.That(receipts.AreMany, Is.False);
        Assert.That(asked[0].Arrived.IsCompletedSuccessfully);
    }

    [Test]
    public void One_that_came_twice_or_is_waited_for_no_more_counts_once()
    {
        var receipts = new PendingReceipts();
        var asked = Enumerable.Range(0, Many + 1).Select(_ => receipts.Ask("SEND")).ToList();

        receipts.Arrived(asked[0].Id);
        receipts.Arrived(asked[0].Id);
        receipts.Forget(asked[0].Id);

        Assert.That(receipts.AreMany, "65 are still to come");
    }

    [Test]
    public void Of_a_connection_that_is_over_none_is_to_come()
    {
        var receipts = new PendingReceipts();
        var asked = Enumerable.Range(0, Many).Select(_ => receipts.Ask("SEND")).ToList();
        var reason = new StompConnectionException("over");

        receipts.FailAll(reason);

        Assert.That(receipts.AreMany, Is.False);
        Assert.That(asked.Select(one => one.Arrived.Exception?.InnerException), Is.All.SameAs(reason));
    }
}

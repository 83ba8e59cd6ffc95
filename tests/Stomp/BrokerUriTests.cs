using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

public sealed class BrokerUriTests
{
    [TestCase("stomp:tcp://h:1", "tcp://h:1")]
    [TestCase("tcp://h:1", "tcp://h:1")]
    [TestCase("  TCP://h  ", "tcp://h:61613")]
    [TestCase("stomp://h", "tcp://h:61613")]
    [TestCase("stomp:ssl://h", "ssl://h:61614")]
    [TestCase("stomp+ssl://h:61612", "ssl://h:61612")]
    [TestCase("tcp://[::1]:7", "tcp://[::1]:7")]
    [TestCase("stomp:tcp://h:1?transport.useLogging=true&nms.PrefetchPolicy.queuePrefetch=5", "tcp://h:1")]
    [TestCase("stomp:failover:(tcp://a:1,ssl://b)?maxReconnectDelay=5", "tcp://a:1 ssl://b:61614")]
    [TestCase("failover:(tcp://a:1, stomp+ssl://b:2)", "tcp://a:1 ssl://b:2")]
    [TestCase("failover:(stomp:tcp://a:1?transport.sendTimeout=5,tcp://b:2)?randomize=false", "tcp://a:1 tcp://b:2")]
    [TestCase("failover://(tcp://a:1)", "tcp://a:1")]
    [TestCase("failover:tcp://a:1,tcp://b:2", "tcp://a:1 tcp://b:2")]
    public void A_broker_is_named_in_the_customary_forms(string text, string expected)
    {
        Assert.That(string.Join(' ', BrokerUri.Parse(text).EndPoints), Is.EqualTo(expected));
    }

    [TestCase("", "is no broker")]
    [TestCase("h:61613", "is no broker")]
    [TestCase("tcp://", "is no broker")]
    [TestCase("tcp://h:0", "is no broker")]
    [TestCase("tcp://h:99999", "is no broker")]
    [TestCase("tcp://h/path", "is no broker")]
    [TestCase("http://h:1", "scheme http is not known")]
    [TestCase("tcp://me:secret@h:1", "must not hold a login")]
    [TestCase("failover:()", "names no broker")]
    [TestCase("failover:(tcp://a:1", "brackets")]
    [TestCase("failover:(tcp://a:1)x", "brackets")]
    [TestCase("failover:(tcp://a:1)?maxReconnectDelay=soon", "maxReconnectDelay should be a number")]
    [TestCase("failover:(tcp://a:1)?maxReconnectDelay=-1", "maxReconnectDelay should be a number")]
    [TestCase("failover:(tcp://a:1)?randomize=perhaps", "randomize should be true or false")]
    [TestCase("failover:(tcp://a:1)?frobnicate=1", "frobnicate is not known")]
    [TestCase("ssl://a:1?transport.acceptInvalidBrokerCert=true", "always verified")]
    [TestCase("ssl://a:1?transport.serverName=b", "always verified")]
    [TestCase("ssl://a:1?transport.clientCertFilename=/x", "always verified")]
    public void What_cannot_be_had_is_refused_with_the_part_that_is_wrong(string text, string expected)
    {
        Assert.That(() => BrokerUri.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains(expected));
    }

    [Test]
    public void A_secret_in_a_URI_is_not_repeated()
    {
        Assert.That(() => BrokerUri.Parse("tcp://me:secret@h:1"), Throws.InstanceOf<FormatException>().With.Message.Not.Contains("secret"));
    }

    [Test]
    public void Options_say_how_brokers_are_tried_again_and_the_others_are_named()
    {
        var uri = BrokerUri.Parse(
            "stomp:failover:(tcp://a:1?wireFormat.maxInactivityDuration=0)?initialReconnectDelay=10&maxReconnectDelay=30000"
            + "&reconnectDelayExponent=3&useExponentialBackOff=true&randomize=true&timeout=-1&maxReconnectAttempts=0&connection.AsyncSend=true");

        Assert.That(uri.Reconnect, Is.EqualTo(new ReconnectPolicy
        {
            InitialDelay = TimeSpan.FromMilliseconds(10),
            MaxDelay = TimeSpan.FromSeconds(30),
            Exponent = 3,
            Randomize = true,
        }));
        Assert.That(uri.IgnoredOptions, Is.EquivalentTo(new[] { "wireFormat.maxInactivityDuration", "timeout", "maxReconnectAttempts", "connection.AsyncSend" }));
    }

    [Test]
    public void Waits_between_attempts_grow_are_capped_and_differ()
    {
        var policy = new ReconnectPolicy();

        Assert.That(policy.DelayAfter(1, 0), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(policy.DelayAfter(3, 0), Is.EqualTo(TimeSpan.FromMilliseconds(400)));
        Assert.That(policy.DelayAfter(500, 0), Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(policy.DelayAfter(500, 1), Is.EqualTo(TimeSpan.FromSeconds(22.5)));
        Assert.That((policy with { Exponent = 1 }).DelayAfter(9, 0), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That((policy with { InitialDelay = TimeSpan.Zero }).DelayAfter(9, 0), Is.EqualTo(TimeSpan.FromMilliseconds(10)));
    }
}

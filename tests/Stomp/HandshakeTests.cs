using System.Text;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

[CancelAfter(30_000)]
public sealed class HandshakeTests
{
    [TestCase("1.0", StompVersion.V10)]
    [TestCase("1.1", StompVersion.V11)]
    [TestCase("1.2", StompVersion.V12)]
    public async Task The_version_that_the_broker_chooses_is_spoken(string chosen, StompVersion expected, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            var connect = await session.WelcomeAsync(chosen);
            Assert.That(connect.Headers["accept-version"], Is.EqualTo("1.0,1.1,1.2"));
            await session.ConfirmAsync("DISCONNECT");
        });

        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);
        await connection.DisconnectAsync(token);

        Assert.That(connection.Version, Is.EqualTo(expected));
        Assert.That(await connection.Closed, Is.Null);
    }

    [Test]
    public async Task A_broker_without_version_speaks_1_0_and_names_itself_as_it_likes(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.ExpectAsync("CONNECT");
            await session.SendRawAsync("CONNECTED\r\nsession:ID\\c1\r\nserver:old:1\r\n\r\n\0\n");
            await session.HangAsync();
        });

        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, new(), token);

        Assert.That(connection.Version, Is.EqualTo(StompVersion.V10));
        Assert.That((connection.Server, connection.SessionId), Is.EqualTo(("old:1", "ID\\c1")));
    }

    [Test]
    public async Task Login_passcode_host_and_heart_beats_are_told(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            var connect = await session.WelcomeAsync();
            Assert.That(string.Join(' ', connect.Headers.Select(header => $"{header.Name}={header.Value}")),
                Is.EqualTo("accept-version=1.0,1.1,1.2 host=isis heart-beat=5000,5000 login=me:1 passcode=\\s3cret"));
            await session.HangAsync();
        });

        var options = new StompConnectionOptions { Login = "me:1", Passcode = "\\s3cret", VirtualHost = "isis", HeartBeat = TimeSpan.FromSeconds(5) };
        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint, options, token);
    }

    [Test]
    public async Task A_refusal_is_told_with_all_that_the_broker_said(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.ExpectAsync("CONNECT");
            await session.SendAsync("ERROR", Encoding.UTF8.GetBytes("stack"), ("message", "User name or password is invalid"));
        });

        var refusal = Assert.ThrowsAsync<StompServerErrorException>(() => StompConnection.ConnectAsync(broker.EndPoint, new(), token));

        Assert.That(refusal.Message, Does.Contain("User name or password is invalid"));
        Assert.That(refusal.Body, Is.EqualTo("stack"));
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "no STOMP command")]
    [TestCase("\u0015\u0003\u0003 garbage without an end", "no STOMP command")]
    [TestCase("RECEIPT\nreceipt-id:1\n\n\0", "the answer to CONNECT was RECEIPT")]
    [TestCase("CONNECTED\nversion:2.0\n\n\0", "version 2.0, which was not offered")]
    [TestCase("CONNECTED\nversion:1.2\nheart-beat:often\n\n\0", "heart-beat")]
    [TestCase("CONNECTED\nversion:1.2\nheart-beat:-1,0\n\n\0", "heart-beat")]
    [TestCase("", "closed the connection")]
    public async Task What_is_no_CONNECTED_ends_the_attempt_at_once(string answer, string expected, CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.ExpectAsync("CONNECT");
            await session.SendRawAsync(answer);
            await (answer.Length > 0 ? session.HangAsync() : Task.CompletedTask);
        });

        Assert.That(
            () => StompConnection.ConnectAsync(broker.EndPoint, new(), token),
            Throws.InstanceOf<StompConnectionException>().With.Message.Contains(expected));
    }

    [Test]
    public async Task A_broker_that_accepts_and_says_nothing_is_given_up(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(session => session.HangAsync());
        var options = new StompConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300) };

        Assert.That(
            () => StompConnection.ConnectAsync(broker.EndPoint, options, token),
            Throws.InstanceOf<StompConnectionException>().With.Message.Contains("did not answer"));
    }

    [Test]
    public void A_login_that_would_forge_headers_is_not_sent(CancellationToken token)
    {
        var options = new StompConnectionOptions { Login = "me\npasscode:x" };

        Assert.That(async () =>
        {
            await using var broker = ScriptedBroker.Start(session => session.DrainAsync());
            await StompConnection.ConnectAsync(broker.EndPoint, options, token);
        }, Throws.InstanceOf<StompConnectionException>().With.Message.Contains("line breaks"));
    }
}

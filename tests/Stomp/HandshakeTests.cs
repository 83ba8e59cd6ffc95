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
    }
}

using System.Security.Cryptography.X509Certificates;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

[CancelAfter(30_000)]
public sealed class TlsTests
{
    private static readonly DateTimeOffset Tomorrow = DateTimeOffset.UtcNow.AddDays(1);
    private TestCertificates _certificates = null!;

    [OneTimeSetUp]
    public void MakeAuthority() => _certificates = new();

    [OneTimeTearDown]
    public void RemoveAuthority() => _certificates.Dispose();

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    public async Task A_broker_with_a_certificate_of_a_known_authority_for_its_name_or_address_is_trusted(string host, CancellationToken token)
    {
        using var certificate = _certificates.Issue(host, Tomorrow);
        await using var broker = Start(certificate);

        await using var connection = await StompConnection.ConnectAsync(broker.EndPoint with { Host = host }, Options(), token);
        await connection.SendAsync("/queue/q", new byte[300_000], [], null, withReceipt: true, token);
        await connection.DisconnectAsync(token);
    }

    [Test]
    public async Task A_certificate_for_another_host_is_refused(CancellationToken token)
    {
        using var certificate = _certificates.Issue("broker.example", Tomorrow);
        await RefuseAsync(certificate, Options(), "it is for broker.example, and not for localhost", token);
    }

    [Test]
    public async Task An_expired_certificate_is_refused(CancellationToken token)
    {
        using var certificate = _certificates.Issue("localhost", DateTimeOffset.UtcNow.AddDays(-1));
        await RefuseAsync(certificate, Options(), "not good today", token);
    }

    [Test]
    public async Task A_certificate_that_is_not_for_servers_is_refused(CancellationToken token)
    {
        using var certificate = _certificates.Issue("localhost", Tomorrow, forServers: false);
        await RefuseAsync(certificate, Options(), "NotValidForUsage", token);
    }

    [Test]
    public async Task An_authority_that_the_system_does_not_know_is_refused(CancellationToken token)
    {
        using var certificate = _certificates.Issue("localhost", Tomorrow);
        await RefuseAsync(certificate, new(), "is no authority that is trusted here", token);
    }

    [Test]
    public async Task Another_authority_of_the_same_name_is_refused(CancellationToken token)
    {
        using var others = new TestCertificates();
        using var certificate = others.Issue("localhost", Tomorrow);
        await RefuseAsync(certificate, Options(), "certificate", token);
    }

    [Test]
    public async Task A_broker_without_TLS_is_not_spoken_to(CancellationToken token)
    {
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.SendRawAsync("CONNECTED\nversion:1.2\n\n\0");
            await session.HangAsync();
        });

        Assert.That(
            () => StompConnection.ConnectAsync(broker.EndPoint with { UseTls = true }, Options(), token),
            Throws.InstanceOf<StompConnectionException>());
    }

    [TestCase("/no/such/file")]
    [TestCase("/dev/null")]
    [TestCase("/")]
    public void A_file_of_authorities_that_is_none_is_named(string path, CancellationToken token)
    {
        Assert.That(
            () => StompConnection.ConnectAsync(new("localhost", 1, UseTls: true), new() { CaFilePath = path }, token),
            Throws.InstanceOf<StompConnectionException>().With.Message.Contains(path));
    }

    private static ScriptedBroker Start(X509Certificate2 certificate) => ScriptedBroker.Start(async session =>
    {
        await session.WelcomeAsync();
        await session.ConfirmAsync("SEND");
        await session.ConfirmAsync("DISCONNECT");
    }, certificate);

    private static async Task RefuseAsync(X509Certificate2 certificate, StompConnectionOptions options, string expected, CancellationToken token)
    {
        await using var broker = Start(certificate);

        Assert.That(
            () => StompConnection.ConnectAsync(broker.EndPoint with { Host = "localhost" }, options, token),
            Throws.InstanceOf<StompConnectionException>().With.Message.Contains(expected));
    }

    private StompConnectionOptions Options() => new() { CaFilePath = _certificates.FilePath };
}

using Autoreduction.Tests.Packaging;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>The daemon and its programs with TLS to a real ActiveMQ, whose certificate a private authority signed for "localhost".</summary>
public sealed class TlsTests
{
    private const string Password = "changeit";
    private string _root = "";
    private PrivateActiveMq _broker = null!;
    private PrivateActiveMq _expired = null!;

    [OneTimeSetUp]
    public async Task StartBrokers()
    {
        _root = Directory.CreateTempSubdirectory("tls-").FullName;
        using var authority = new PrivateAuthority("Facility authority");
        using var stranger = new PrivateAuthority("Somebody else");
        await File.WriteAllTextAsync($"{_root}/ca.pem", authority.Pem);
        await File.WriteAllTextAsync($"{_root}/stranger.pem", stranger.Pem);
        var now = DateTimeOffset.UtcNow;

        // Cancelled by: the time that two brokers may take.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var brokers = await Task.WhenAll(
            BrokerAsync("broker", authority.KeyStoreFor(Password, now.AddDays(10)), limit.Token),
            BrokerAsync("expired", authority.KeyStoreFor(Password, now.AddDays(-1)), limit.Token));
        (_broker, _expired) = (brokers[0], brokers[1]);
    }

    [OneTimeTearDown]
    public void StopBrokers()
    {
        _broker?.Dispose();
        _expired?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_run_is_submitted_and_reduced_over_TLS_with_a_private_authority(CancellationToken token)
    {
        var settings = WriteSettings("good", $"stomp:ssl://localhost:{_broker.Port}", $"{_root}/ca.pem");
        File.WriteAllText($"{_root}/run.nxs", "data");
        File.WriteAllText($"{_root}/run.json", $$"""
            {"facility": "ISIS", "instrument": "ENGINX", "rb_number": 1, "run_number": 2, "data": "{{_root}}/run.nxs", "reduction_script": "def main(input_file, output_dir):\n    pass\n"}
            """);

        var started = await CtlAsync(settings, token, "start");
        try
        {
            Assert.That(started.Said, Does.Contain($"connected to ssl://localhost:{_broker.Port}"));
            var (code, said) = await CtlAsync(settings, token, "submit", "--file", $"{_root}/run.json", "--wait");
            Assert.That(code, Is.Zero, said);
            Assert.That(said, Does.Contain("Complete"));
        }
        finally
        {
            await CtlAsync(settings, token, "stop", "--now");
        }
    }

    [TestCase("127.0.0.1", false, "ca.pem", "it is for localhost, and not for 127.0.0.1")]
    [TestCase("localhost", false, "stranger.pem", "its issuer, CN=Facility authority, is no authority that is trusted here")]
    [TestCase("localhost", false, "", "its issuer, CN=Facility authority, is no authority that is trusted here")]
    [TestCase("localhost", true, "ca.pem", "only, or one above it is not good today")]
    [CancelAfter(120_000)]
    public async Task A_certificate_that_proves_nothing_is_refused_in_words(string host, bool expired, string authority, string reason, CancellationToken token)
    {
        var settings = WriteSettings(
            "bad", $"stomp:ssl://{host}:{(expired ? _expired : _broker).Port}", authority.Length > 0 ? $"{_root}/{authority}" : "");

        var (code, said) = await CtlAsync(settings, token, "start");
        try
        {
            Assert.That(code, Is.Zero, "a broker that can't be used doesn't keep the daemon from running");
            Assert.That(said, Does.Contain("broker unreachable, retrying"));

            // start doesn't wait for ever for the first word of a broker.
            while (!said.Contains(reason))
            {
                (_, said) = await CtlAsync(settings, token, "status");
            }

            Assert.That(said, Does.Contain($"the certificate of {host} is refused"));
        }
        finally
        {
            await CtlAsync(settings, token, "stop", "--now");
        }
    }

    private Task<PrivateActiveMq> BrokerAsync(string name, byte[] keyStore, CancellationToken token)
    {
        File.WriteAllBytes($"{_root}/{name}.p12", keyStore);
        var context = $"""<sslContext><sslContext keyStore="file:{_root}/{name}.p12" keyStoreType="PKCS12" keyStorePassword="{Password}"/></sslContext>""";
        var configuration = File.ReadAllText(Repository.PathOf("examples/activemq/activemq.xml"))
            .Replace("stomp://127.0.0.1", "stomp+ssl://127.0.0.1")
            .Replace("</persistenceAdapter>", $"</persistenceAdapter>{context}");
        File.WriteAllText($"{_root}/{name}.xml", configuration);
        return PrivateActiveMq.StartAsync($"{_root}/{name}", token, $"{_root}/{name}.xml");
    }

    private string WriteSettings(string name, string uri, string authorities)
    {
        var own = Directory.CreateDirectory($"{_root}/{name}").FullName;
        File.WriteAllText($"{own}/autoreduction.toml", $"""
            [broker]
            uri = "{uri}"
            ca_file = "{authorities}"
            [daemon]
            pid_file = "{own}/run/d.pid"
            state_directory = "{own}/state"
            log_directory = "{own}/log"
            [reduction]
            python_path = []
            results_directory = "{own}/results/{"{run_number}"}"
            temporary_directory = "{own}/tmp"
            """);
        return $"{own}/autoreduction.toml";
    }

    private static Task<(int Code, string Said)> CtlAsync(string settings, CancellationToken token, params string[] verb) =>
        Repository.RunAsync(Repository.Program("autoreduction-ctl"), token, ["--config", settings, .. verb]);
}

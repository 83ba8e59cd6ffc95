using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Autoreduction.Contract;
using Autoreduction.Control;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Packaging;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>The queue's length, as a real ActiveMQ with a real Jolokia tells it, and as other things in its place don't.</summary>
public sealed partial class BrokerManagementTests
{
    private const string Nobody = "http://127.0.0.1:1/api/jolokia";
    private string _root = "";

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("management-").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    [CancelAfter(120_000)]
    public async Task Check_tells_the_queue_s_length_and_consumers_and_judges_by_them(CancellationToken token)
    {
        string[] libraries = ["jolokia-core", "json-simple", "servlet-api", .. new[] { "http", "io", "security", "server", "servlet", "util", "util-ajax" }.Select(name => $"jetty9-{name}")];
        using var broker = await PrivateActiveMq.StartAsync(
            $"{_root}/broker", token, Repository.PathOf("tests/EndToEnd/activemq-jolokia.xml"), [.. libraries.Select(name => $"/usr/share/java/{name}.jar")]);
        var uri = $"http://127.0.0.1:{Address().Match(await File.ReadAllTextAsync(broker.LogPath, token)).Groups[1].Value}/api/jolokia";
        await SendAsync(broker, "/queue/Reduction.Other", token, "a");
        Assert.That(await AskAsync(new BrokerSettings(), "/queue/Reduction.Other", uri), Is.EqualTo(new QueueLength(1, 0)));
        Assert.That(await AskAsync(new BrokerSettings(), "/queue/Nobody.uses.it", uri), Is.EqualTo(new QueueLength(0, 0)));

        // One run is being reduced, the others of its experiment wait for it.
        await File.WriteAllTextAsync($"{_root}/run.nxs", "data", token);
        await SendAsync(broker, "/queue/ReductionPending", token, Run(1), Run(2), Run(3));
        await using var installation = Installation.Create(broker.Port, managementUris: [Nobody, uri]);
        await installation.StartAsync(token);
        var (code, said) = (0, "");
        while (!said.Contains(" 1 running"))
        {
            (code, said) = await installation.CtlAsync(token, "check", "--warning", "3", "--critical", "4");
        }

        Assert.That(said, Does.StartWith("AUTOREDUCTION WARNING: 3 or more runs wait, 1 running, 3 queued, oldest LET ").And.Contain(" queue=3;3;4;0 consumers=1;;;0 "));
        Assert.That(code, Is.EqualTo(1));
        broker.Kill();
        while (!said.Contains("not connected"))
        {
            (code, said) = await installation.CtlAsync(token, "check");
        }

        Assert.That(code, Is.EqualTo(2), "the broker itself comes before its management");
        await installation.CtlAsync(token, "stop", "--now");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_first_broker_that_answers_counts_and_gets_login_and_origin(CancellationToken token)
    {
        await File.WriteAllTextAsync($"{_root}/secret", "hunter2\n", token);
        using var console = new ScriptedConsole(200, Answer("ReductionPending", 7, 2));

        var length = await AskAsync(
            new BrokerSettings { ManagementUsername = "admin", ManagementPasswordFile = $"{_root}/secret" }, "/queue/ReductionPending", Nobody, console.Uri);

        Assert.That(length, Is.EqualTo(new QueueLength(7, 2)));
        Assert.That(await console.RequestAsync(), Does.Contain($"Authorization: Basic {Convert.ToBase64String("admin:hunter2"u8)}").And.Contain($"Origin: {console.Uri[..^"/api/jolokia".Length]}"));
    }

    [TestCase(401, "", "refused (HTTP 401); check broker.management_username and broker.management_password_file")]
    [TestCase(403, "", "refused (HTTP 403)")]
    [TestCase(302, "", "HTTP 302; is this the address of Jolokia?")]
    [TestCase(500, "{}", "HTTP 500")]
    [TestCase(200, "<html>", "'<' is an invalid start of a value")]
    [TestCase(200, "[]", "answered something else than Jolokia does")]
    [TestCase(200, """{"error": "java.lang.SecurityException : no", "status": 403}""", "java.lang.SecurityException : no")]
    [TestCase(200, """{"value": {"a": {"Name": "ReductionPending", "QueueSize": "many"}}, "status": 200}""", "does not tell QueueSize")]
    public async Task What_is_no_answer_is_told_with_its_address(int code, string body, string reason)
    {
        using var console = new ScriptedConsole(code, body);

        var said = Assert.ThrowsAsync<ControlException>(() => AskAsync(console.Uri))!.Message;

        Assert.That(said, Does.StartWith($"queue length not known: {console.Uri}: ").And.Contain(reason));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Over_TLS_a_console_is_believed_whose_authority_is_in_the_CA_file(CancellationToken token)
    {
        using var authority = new PrivateAuthority("facility");
        await File.WriteAllTextAsync($"{_root}/ca.pem", authority.Pem, token);
        var broker = new BrokerSettings { CaFile = $"{_root}/ca.pem" };
        using var good = ConsoleOf(authority, DateTimeOffset.UtcNow.AddDays(1));
        using var stranger = ConsoleOf(authority, DateTimeOffset.UtcNow.AddDays(1));
        using var expired = ConsoleOf(authority, DateTimeOffset.UtcNow.AddDays(-1));

        Assert.That(await AskAsync(broker, "/queue/ReductionPending", good.Uri), Is.EqualTo(new QueueLength(7, 2)));
        Assert.That(() => AskAsync(stranger.Uri), Throws.TypeOf<ControlException>().With.Message.Contains("its issuer, CN=facility, is no authority that is trusted here"));
        Assert.That(() => AskAsync(broker, "/queue/ReductionPending", expired.Uri), Throws.TypeOf<ControlException>().With.Message.Contains("not good today"));
    }

    [Test]
    public void Without_any_answer_every_address_is_told_with_its_reason()
    {
        var said = Assert.ThrowsAsync<ControlException>(() => AskAsync(Nobody, Nobody + "/2"))!.Message;

        Assert.That(said, Is.EqualTo($"queue length not known: {Nobody}: Connection refused; {Nobody}/2: Connection refused"));
    }

    private static Task<QueueLength> AskAsync(params string[] uris) => AskAsync(new BrokerSettings(), "/queue/ReductionPending", uris);

    private static Task<QueueLength> AskAsync(BrokerSettings broker, string pending, params string[] uris) =>
        new BrokerManagement(new Settings { Broker = broker with { ManagementUris = uris }, Queues = new QueueSettings { Pending = pending } }).AskAsync();

    private static ScriptedConsole ConsoleOf(PrivateAuthority authority, DateTimeOffset until) =>
        new(200, Answer("ReductionPending", 7, 2), X509CertificateLoader.LoadPkcs12(authority.KeyStoreFor("secret", until), "secret"));

    private string Run(int number) => $$"""
        {"facility": "ISIS", "instrument": "LET", "rb_number": 1, "run_number": {{number}}, "data": "{{_root}}/run.nxs",
         "reduction_script": "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n"}
        """;

    private static string Answer(string name, int messages, int consumers) =>
        "{\"value\": {\"org.apache.activemq:x\": {\"Name\": \"Other\", \"QueueSize\": 1, \"ConsumerCount\": 1}, \"org.apache.activemq:y\": {"
        + $"\"Name\": \"{name}\", \"QueueSize\": {messages}, \"ConsumerCount\": {consumers}" + "}}, \"status\": 200}";

    private static async Task SendAsync(PrivateActiveMq broker, string queue, CancellationToken token, params string[] bodies)
    {
        await using var connection = await StompConnection.ConnectAsync(new("127.0.0.1", broker.Port, false), new(), token);
        foreach (var body in bodies)
        {
            await connection.SendAsync(queue, Encoding.UTF8.GetBytes(body), [], null, withReceipt: true, token);
        }
    }

    [GeneratedRegex(@"Started ServerConnector.*:(\d+)\}")]
    private static partial Regex Address();
}

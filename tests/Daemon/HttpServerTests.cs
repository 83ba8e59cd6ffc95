using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class HttpServerTests
{
    [TestCase("GET", "/status", HttpStatusCode.OK)]
    [TestCase("HEAD", "/status", HttpStatusCode.OK)]
    [TestCase("GET", "/jobs", HttpStatusCode.OK)]
    [TestCase("GET", "/jobs/a-1", HttpStatusCode.OK)]
    [TestCase("GET", "/jobs/b-1", HttpStatusCode.NotFound)]
    [TestCase("GET", "/jobs/", HttpStatusCode.NotFound)]
    [TestCase("GET", "/jobs/..%2f..%2fetc", HttpStatusCode.NotFound)]
    [TestCase("GET", "/nowhere", HttpStatusCode.NotFound)]
    [TestCase("POST", "/jobs/a-1/cancel", HttpStatusCode.Accepted)]
    [TestCase("POST", "/jobs/done-1/cancel", HttpStatusCode.Conflict)]
    [TestCase("POST", "/jobs/b-1/cancel", HttpStatusCode.NotFound)]
    [TestCase("GET", "/jobs/a-1/cancel", HttpStatusCode.MethodNotAllowed)]
    [TestCase("DELETE", "/jobs", HttpStatusCode.MethodNotAllowed)]
    [TestCase("POST", "/drain", HttpStatusCode.Accepted)]
    [TestCase("POST", "/cancel", HttpStatusCode.BadRequest)]
    [CancelAfter(30_000)]
    public async Task A_request_gets_its_status_and_an_error_has_words(string method, string path, HttpStatusCode expected, CancellationToken token)
    {
        await using var rig = await HttpRig.StartAsync();
        rig.Jobs.AddRange([HttpRig.Job("a-1", JobState.Running), HttpRig.Job("done-1", JobState.Finished)]);
        using var client = rig.Client();

        var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), token);

        Assert.That(answer.StatusCode, Is.EqualTo(expected));
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        var body = await answer.Content.ReadAsStringAsync(token);
        if ((int)expected >= 400)
        {
            Assert.That((string?)JsonNode.Parse(body)!["error"], Has.Length.GreaterThan(10));
        }

        Assert.That(body.Length == 0, Is.EqualTo(method == "HEAD"));
        Assert.That(answer.Content.Headers.Allow, expected == HttpStatusCode.MethodNotAllowed ? Is.Not.Empty : Is.Empty);
    }

    [TestCase("nonsense", "not JSON")]
    [TestCase("""{"rb_number": 1}""", "run_number is missing")]
    [TestCase("""{"rb_number": 1, "run_number": -4}""", "greater than 0")]
    [TestCase("""{"rb_number": 1, "run_number": 4, "instrument": "../x"}""", "instrument")]
    [CancelAfter(30_000)]
    public async Task A_cancel_that_names_no_run_is_refused_with_the_reason(string body, string reason, CancellationToken token)
    {
        await using var rig = await HttpRig.StartAsync();
        using var client = rig.Client();

        var answer = await client.PostAsync("/cancel", new StringContent(body), token);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await answer.Content.ReadFromJsonAsync(ContractJson.Default.ErrorAnswer, token))!.Error, Does.Contain(reason));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_cancel_that_can_t_be_kept_is_not_promised(CancellationToken token)
    {
        await using var rig = await HttpRig.StartAsync();
        using var client = rig.Client();

        var answer = await client.PostAsync("/cancel", new StringContent("""{"rb_number": "1", "run_number": "4"}"""), token);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(rig.Asked.OfType<DaemonEvent.RunCancelAsked>().Single().Run.RunLabel, Is.EqualTo("4"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_body_beyond_measure_is_refused(CancellationToken token)
    {
        await using var rig = await HttpRig.StartAsync();
        using var client = rig.Client();

        var request = new HttpRequestMessage(HttpMethod.Post, "/cancel") { Content = new ByteArrayContent(new byte[HttpRoutes.MaxBodyBytes + 1]) };
        request.Headers.ExpectContinue = true;
        var answer = await client.SendAsync(request, token);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_socket_is_for_owner_and_group_and_replaces_one_that_was_left(CancellationToken token)
    {
        const UnixFileMode ownerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        await using var first = await HttpRig.StartAsync();
        await using var second = await HttpRig.StartAsync(settings => settings with { PidFile = Path.Combine(Path.GetDirectoryName(first.SocketPath)!, "a.pid") });

        Assert.That(File.GetUnixFileMode(first.SocketPath), Is.EqualTo(ownerAndGroup));
        using var client = first.Client();
        _ = await client.GetStringAsync("/status", token);
        Assert.That(second.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_TCP_address_tells_and_obeys_nobody(CancellationToken token)
    {
        var address = $"127.0.0.1:{HttpRig.FreePort()}";
        await using var rig = await HttpRig.StartAsync(settings => settings with { HttpAddress = address, HttpHosts = ["monitor.example"] });
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}") };

        Assert.That((await client.GetAsync("/status", token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await client.PostAsync("/drain", null, token)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await StatusAsync("localhost"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync("Monitor.example:80"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync("[::1]:80"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync("attacker.example"), Is.EqualTo(HttpStatusCode.MisdirectedRequest));
        Assert.That(rig.Asked, Has.All.TypeOf<DaemonEvent.StatusAsked>());

        async Task<HttpStatusCode> StatusAsync(string host) =>
            (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/status") { Headers = { Host = host } }, token)).StatusCode;
    }

    [Test]
    public async Task An_address_that_is_taken_is_said()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await Assert.ThatAsync(() => HttpRig.StartAsync(settings => settings with { HttpAddress = taken.LocalEndpoint.ToString()! }), Throws.TypeOf<StartException>());
    }

    [Test]
    public async Task Every_path_is_described_and_every_description_is_served()
    {
        await using var rig = await HttpRig.StartAsync();

        var described = Description()["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(operation => operation.Key is "get" or "post")
            .Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));

        Assert.That(described, Is.EquivalentTo(rig.Routes.Select(route => $"{route.Method} {route.Path}")));
    }

    [Test]
    public void Every_key_of_an_answer_is_described()
    {
        var schemas = Description()["components"]!["schemas"]!;

        Assert.That(KeysOf(schemas["Status"]!), Is.EquivalentTo(Keys(ContractJson.Default.DaemonStatus)));
        Assert.That(KeysOf(schemas["Job"]!), Is.EquivalentTo(Keys(ContractJson.Default.JobRecord)));
        Assert.That(KeysOf(schemas["CancelAnswer"]!), Is.EquivalentTo(Keys(ContractJson.Default.CancelAnswer)));
        Assert.That(schemas["Job"]!["properties"]!["state"]!["enum"]!.AsArray().Select(value => (string?)value), Is.EqualTo(Enum.GetNames<JobState>()));
        Assert.That(schemas["Job"]!["properties"]!["result"]!["enum"]!.AsArray().Select(value => (string?)value), Is.EqualTo(Enum.GetNames<JobResult>()));

        static IEnumerable<string> KeysOf(JsonNode schema) => schema["properties"]!.AsObject().Select(property => property.Key);
        static IEnumerable<string> Keys(System.Text.Json.Serialization.Metadata.JsonTypeInfo type) => type.Properties.Select(property => property.Name);
    }

    private static JsonObject Description([CallerFilePath] string here = "") =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/openapi.json")))!.AsObject();
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Autoreduction.Daemon;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Packaging;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The real daemon's answers, by the schemas of its own OpenAPI description.</summary>
public sealed class OpenApiTests
{
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";
    private const string Fails = "def main(input_file, output_dir):\n    raise ValueError('no')\n";

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_answer_is_as_the_description_says_and_the_description_is_sound(CancellationToken token)
    {
        var address = $"127.0.0.1:{HttpRig.FreePort()}";
        await using var facility = await Facility.OpenAsync(token, daemon: $"http_address = \"{address}\"");
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.SubmitAsync(1, 1, Fails, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);
        await facility.SubmitAsync(1, 2, Endless, token);
        await facility.SubmitAsync(1, 3, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 3, token);
        using var client = HttpRig.ClientOf(Path.Combine(facility.Root, "run/autoreduction.sock"));
        using var anybody = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        var answers = new JsonArray();

        var jobs = JsonNode.Parse(await AskAsync("GET", "/jobs"))!.AsArray();
        var ids = jobs.Select(job => (string)job!["id"]!).ToList();
        Assert.That(ids, Has.Count.GreaterThanOrEqualTo(2));
        foreach (var (method, path) in new[]
        {
            ("GET", "/status"), ("GET", $"/jobs/{ids[0]}"), ("GET", "/jobs/nobody"), ("GET", "/metrics"), ("GET", "/"),
            ("POST", $"/jobs/{ids[0]}/cancel"), ("POST", $"/jobs/{ids[1]}/cancel"), ("POST", "/jobs/nobody/cancel"),
        })
        {
            await AskAsync(method, path);
        }

        await AskAsync("POST", "/cancel", """{"rb_number": 1, "run_number": 3}""");
        await AskAsync("POST", "/cancel", """{"rb_number": 9, "run_number": 9}""");
        await AskAsync("POST", "/cancel", "nonsense");
        await AskAsync("POST", "/cancel", new string(' ', HttpRoutes.MaxBodyBytes + 1));

        // By nobody's method, at nobody's path, and where anybody may ask.
        await AskAsync("GET", "/nowhere");
        foreach (var (path, operations) in Description["paths"]!.AsObject())
        {
            var real = path.Replace("{id}", ids[0]);
            await AskAsync("PUT", real);
            await SendAsync(anybody, operations!["post"] is null
                ? new(HttpMethod.Get, real) { Headers = { Host = "attacker.example" } }
                : new(HttpMethod.Post, real));
        }

        await AskAsync("POST", "/drain");

        Assert.That(answers.Select(answer => (int)answer!["code"]!).Distinct(), Is.EquivalentTo(new[] { 200, 202, 400, 403, 404, 405, 409, 413, 421 }));
        Assert.That(await ComplaintsAsync(answers, token), Is.Empty);

        // A body that is not wanted is not sent: while it is, the connection would be closed.
        Task<string> AskAsync(string method, string path, string? body = null) => SendAsync(client, new(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body),
            Headers = { ExpectContinue = body?.Length > HttpRoutes.MaxBodyBytes },
        });

        async Task<string> SendAsync(HttpClient by, HttpRequestMessage request)
        {
            using var own = request;
            using var answer = await by.SendAsync(request, token);
            var text = await answer.Content.ReadAsStringAsync(token);
            answers.Add(new JsonObject
            {
                ["method"] = request.Method.Method,
                ["path"] = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.AbsolutePath : request.RequestUri.OriginalString,
                ["code"] = (int)answer.StatusCode,
                ["type"] = answer.Content.Headers.ContentType?.ToString() ?? "",
                ["allow"] = string.Join(", ", answer.Content.Headers.Allow),
                ["body"] = text,
            });
            return text;
        }
    }

    private static JsonNode Description => JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs/openapi.json")))!;

    private static async Task<string> ComplaintsAsync(JsonArray answers, CancellationToken token)
    {
        string[] check = ["-B", Repository.PathOf("tests/Daemon/openapi_check.py"), Repository.PathOf("docs/openapi.json")];
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", check) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await python.StandardInput.WriteAsync(answers.ToJsonString());
        python.StandardInput.Close();
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(token), python.StandardError.ReadToEndAsync(token));
        await python.WaitForExitAsync(token);
        return (await output + await errors).Trim();
    }
}

using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>The admin log of a run, as its author and the facility's log collector read it.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunLogTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunLogTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task Every_line_has_time_level_job_and_pid(CancellationToken token)
    {
        Assert.That(await _run.RunAsync(token), Is.Zero);

        var lines = File.ReadAllLines(_run.Files.AdminLog);
        Assert.That(lines, Has.Length.GreaterThan(5));
        Assert.That(lines, Has.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (INFO |WARN |ERROR) .* \[" + _run.JobId + @", pid \d+\]$"));
        Assert.That(lines[0], Does.Contain("Testy 3701/v2 (RB 1810001): attempt 1"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task As_JSON_every_line_is_an_object_with_UTC_run_job_and_pid(CancellationToken token)
    {
        _run.LogFormat = "json";
        _run.Script = "def main(input_file, output_dir):\n    raise ValueError('a \"quoted\" é')\n";

        Assert.That(await _run.RunAsync(token), Is.Zero);

        await _broker.NextAsync(token);
        var (_, body, _) = await _broker.NextAsync(token);
        var lines = File.ReadAllLines(_run.Files.AdminLog).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.That(lines.Select(line => (string?)line["time"]), Has.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"));
        Assert.That(lines.Select(line => ((string?)line["job"], (string?)line["run"], (int?)line["pid"])).Distinct(), Is.EqualTo(new[] { (_run.JobId, "Testy 3701/v2 (RB 1810001)", _run.Pid) }));
        Assert.That(lines.Select(line => (string?)line["message"]), Has.Some.EqualTo("outcome: Error: REDUCTION Error: ValueError: a \"quoted\" é"));
        Assert.That((string?)body["admin_log"], Does.Contain("\"level\":\"INFO\""));
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}

using System.Net;
using System.Net.Http.Json;
using Autoreduction.Contract;
using Autoreduction.Tests.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>What operators see and do, on the running daemon.</summary>
public sealed class OperationTests
{
    private const string Secret = "s3cret-passcode";
    private const string Marker = "only-in-the-script";
    private const string Endless = $"# a comment that is longer than fifty characters {Marker}\nimport time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";
    private const string Failing = $"# a comment that is longer than fifty characters {Marker}\ndef main(input_file, output_dir):\n    raise ValueError('no')\n";

    [Test]
    [CancelAfter(180_000)]
    public async Task Runs_are_cancelled_over_the_socket_wherever_they_are_counted_and_drained_and_no_secret_is_logged(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        ConfigureFor(facility);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        using var client = HttpRig.ClientOf($"{facility.Root}/run/autoreduction.sock");
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.SubmitAsync(1, 2, Endless, token);
        await facility.SubmitAsync(9, 9, Failing, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1 && f.Told.Count == 3, token);
        while (!(await client.GetStringAsync("/", token)).Contains("REDUCTION Error: ValueError: no", StringComparison.Ordinal))
        {
            await Task.Delay(50, token);
        }

        // Waiting, by its numbers; running, by its name; not seen yet.
        Assert.That((await CancelAsync(1, 2)).Cancelled, Has.Count.EqualTo(1));
        var running = (await JobsAsync()).Single(job => job.Run == "1");
        Assert.That((await client.PostAsync($"/jobs/{running.Id}/cancel", null, token)).StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await CancelAsync(5, 5)).Remembered, Is.True);
        await facility.SubmitAsync(5, 5, Endless, token);
        while ((await JobsAsync()).Count(job => job is { State: JobState.Finished, Result: JobResult.Cancelled }) < 3)
        {
            await Task.Delay(50, token);
        }

        var failed = (await JobsAsync()).Single(job => job.Run == "9");
        Assert.That((await client.PostAsync($"/jobs/{failed.Id}/cancel", null, token)).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        var metrics = await client.GetStringAsync("/metrics", token);
        Assert.That(metrics, Does.Contain("autoreduction_runs_total{instrument=\"ENGINX\",outcome=\"cancelled\"} 3\n"));
        Assert.That(metrics, Does.Contain("autoreduction_runs_total{instrument=\"ENGINX\",outcome=\"error\"} 1\n"));
        Assert.That(metrics, Does.Contain("autoreduction_broker_connected 1\n").And.Contain("autoreduction_children_reaped_total{exit=\"success\"} "));

        Assert.That((await client.PostAsync("/drain", null, token)).StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        while ((await facility.CtlAsync(token, "status")).Code != 3)
        {
            await Task.Delay(50, token);
        }

        Assert.That(File.Exists($"{facility.Root}/run/autoreduction.sock"), Is.False);
        var log = File.ReadAllText($"{facility.Root}/log/autoreduction-processor.log");
        var adminLogs = Directory.GetFiles($"{facility.Root}/state/jobs", "admin.log", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.That(log, Does.Contain("draining").And.Contain("cancelled"));
        Assert.That(adminLogs, Is.Not.Empty);
        Assert.That(adminLogs.Append(log), Has.All.Not.Contains(Secret).And.All.Not.Contains(Marker));

        async Task<IReadOnlyList<JobRecord>> JobsAsync() => (await client.GetFromJsonAsync("/jobs", ContractJson.Default.IReadOnlyListJobRecord, token))!;

        async Task<CancelAnswer> CancelAsync(long rb, long run)
        {
            using var answer = await client.PostAsync("/cancel", new StringContent($$"""{"rb_number": {{rb}}, "run_number": "{{run}}", "instrument": "enginx"}"""), token);
            return (await answer.Content.ReadFromJsonAsync(ContractJson.Default.CancelAnswer, token))!;
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_cancel_on_the_queue_meets_runs_that_wait_run_or_are_still_to_come_also_after_a_restart(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.SubmitAsync(1, 2, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        foreach (var (rb, run) in ((long, long)[])[(5, 5), (1, 2), (1, 1)])
        {
            await facility.SendAsync(JobMessage.Parse(facility.Place.Message(rb, run, null)).With((MessageKeys.Cancel, true)).ToUtf8(), token);
        }

        while (await CancelledAsync() < 2)
        {
            await Task.Delay(50, token);
        }

        Assert.That((await facility.CtlAsync(token, "restart")).Code, Is.Zero);
        await facility.SubmitAsync(5, 5, Endless, token);
        while (await CancelledAsync() < 3)
        {
            await Task.Delay(50, token);
        }

        // Remembered for that request alone.
        await facility.SubmitAsync(5, 6, "def main(input_file, output_dir):\n    pass\n", token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);
        Assert.That(facility.Told.Select(told => told.Queue), Is.EqualTo(new[] { "Started", "Started", "Complete" }));
        Assert.That(await facility.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));

        async Task<int> CancelledAsync()
        {
            using var again = HttpRig.ClientOf($"{facility.Root}/run/autoreduction.sock");
            var jobs = await again.GetFromJsonAsync("/jobs", ContractJson.Default.IReadOnlyListJobRecord, token);
            return jobs!.Count(job => job is { State: JobState.Finished, Result: JobResult.Cancelled });
        }
    }

    // As much as can be logged, and a passcode that must not be.
    private static void ConfigureFor(Facility facility)
    {
        var (settings, password) = ($"{facility.Root}/autoreduction.toml", $"{facility.Root}/password");
        File.WriteAllText(password, Secret + "\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(settings, File.ReadAllText(settings)
            .Replace("[daemon]\n", $"username = \"system\"\npassword_file = \"{password}\"\n[daemon]\nlog_level = \"debug\"\n"));
    }
}

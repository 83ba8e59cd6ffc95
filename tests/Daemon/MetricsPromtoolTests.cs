using System.Diagnostics;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>Prometheus' own checker on everything that /metrics can say, and on what a daemon says that has worked.</summary>
[Category("Full")]
public sealed class MetricsPromtoolTests
{
    [OneTimeSetUp]
    public void FindPromtool()
    {
        var places = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        if (!places.Any(place => File.Exists(Path.Combine(place, "promtool"))))
        {
            Assert.Ignore("promtool is not installed: it is part of Debian's prometheus");
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Promtool_has_nothing_to_say(CancellationToken token)
    {
        Assert.That(await PromtoolAsync(MetricsTests.Everything(), token), Is.EqualTo((0, "")));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Promtool_has_nothing_to_say_of_a_daemon_that_has_done_runs(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.SubmitAsync(1, 1, "def main(input_file, output_dir):\n    pass\n", token);
        await facility.SubmitAsync(2, 2, "def main(input_file, output_dir):\n    raise ValueError('no')\n", token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 2, token);
        using var client = HttpRig.ClientOf(Path.Combine(facility.Root, "run/autoreduction.sock"));

        // A run counts when its message was acknowledged, which is after its status was told.
        var metrics = "";
        while (!metrics.Contains("{instrument=\"ENGINX\",outcome=\"complete\"} 1\n") || !metrics.Contains("{instrument=\"ENGINX\",outcome=\"error\"} 1\n"))
        {
            await Task.Delay(20, token);
            metrics = await client.GetStringAsync("/metrics", token);
        }

        Assert.That(metrics, Does.Contain("autoreduction_reduction_duration_seconds_count{instrument=\"ENGINX\"} 2\n"));
        Assert.That(await PromtoolAsync(metrics, token), Is.EqualTo((0, "")));
        Assert.That(await PromtoolAsync(metrics + "autoreduction_again_total 1\n", token), Is.Not.EqualTo((0, "")), "it does look");
    }

    private static async Task<(int Code, string Said)> PromtoolAsync(string metrics, CancellationToken token)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(token), promtool.StandardError.ReadToEndAsync(token));
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(token);
        return (promtool.ExitCode, string.Concat(await said));
    }
}

using System.Diagnostics;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>Prometheus' own checker on everything that /metrics can say.</summary>
[Category("Full")]
public sealed class MetricsPromtoolTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Promtool_has_nothing_to_say(CancellationToken token)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(token), promtool.StandardError.ReadToEndAsync(token));
        await promtool.StandardInput.WriteAsync(MetricsTests.Everything());
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(token);

        Assert.That(string.Concat(await said), Is.Empty);
        Assert.That(promtool.ExitCode, Is.Zero);
    }
}

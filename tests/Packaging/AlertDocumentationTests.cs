using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>The rules for alerts in docs/operating.md.</summary>
public sealed partial class AlertDocumentationTests
{
    [Test]
    public void They_ask_for_metrics_that_the_daemon_has()
    {
        var served = string.Join('\n', Repository.LinesOf("Daemon/Metrics.cs"));

        var asked = Repository.LinesOf("docs/operating.md").Where(line => line.TrimStart().StartsWith("expr:", StringComparison.Ordinal))
            .SelectMany(line => Metric().Matches(line)).Select(metric => metric.Value).ToList();

        Assert.That(asked, Has.Count.GreaterThanOrEqualTo(4));
        Assert.That(asked.Where(metric => !served.Contains($"\"{metric}\"", StringComparison.Ordinal)), Is.Empty);
    }

    [GeneratedRegex("autoreduction_[a-z_]+")]
    private static partial Regex Metric();
}

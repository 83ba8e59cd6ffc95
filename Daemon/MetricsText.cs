using System.Globalization;
using System.Text;

namespace Autoreduction.Daemon;

/// <summary>Prometheus' text format, version 0.0.4: a family's HELP and TYPE, then its samples.</summary>
internal sealed class MetricsText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a family.</summary>
    public void Family(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help.Replace("\\", "\\\\").Replace("\n", "\\n")}\n# TYPE {name} {type}\n");

    /// <summary>A family of one sample without labels.</summary>
    public void Single(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    /// <summary>A sample of the family that was begun last.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value)).Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    /// <summary>The samples of a histogram.</summary>
    public void Histogram(string name, MetricsHistogram histogram, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        foreach (var (bound, count) in histogram.Cumulative)
        {
            Sample($"{name}_bucket", count, [.. labels, ("le", Number(bound))]);
        }

        Sample($"{name}_bucket", histogram.Count, [.. labels, ("le", "+Inf")]);
        Sample($"{name}_sum", histogram.Sum, labels);
        Sample($"{name}_count", histogram.Count, labels);
    }

    public override string ToString() => _text.ToString();

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escaped(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}

using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>
/// A broker's URI in the forms that Apache.NMS.Stomp knows: <c>stomp:tcp://host:61613</c>, <c>stomp:ssl://host:61614</c>,
/// <c>stomp:failover:(tcp://a:61613,ssl://b:61614)?randomize=false</c>; also without <c>stomp:</c>.
/// </summary>
public sealed record BrokerUri
{
    private const int DefaultPort = 61613;
    private const int DefaultTlsPort = 61614;

    private BrokerUri(IReadOnlyList<BrokerEndPoint> endPoints, ReconnectPolicy reconnect) => (EndPoints, Reconnect) = (endPoints, reconnect);

    /// <summary>The brokers, in the order given.</summary>
    public IReadOnlyList<BrokerEndPoint> EndPoints { get; }

    /// <summary>How they are tried again.</summary>
    public ReconnectPolicy Reconnect { get; }

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">It isn't one; says which part.</exception>
    public static BrokerUri Parse(string text)
    {
        var rest = WithoutPrefix(text.Trim(), "stomp:");
        if (!rest.StartsWith("failover:", StringComparison.OrdinalIgnoreCase))
        {
            return new([EndPoint(text.StartsWith("stomp://", StringComparison.OrdinalIgnoreCase) ? $"tcp:{rest}" : rest)], new ReconnectPolicy());
        }

        rest = WithoutPrefix(WithoutPrefix(rest, "failover:"), "//");
        var close = rest.LastIndexOf(')');
        var query = rest.IndexOf('?', Math.Max(close, 0));
        var list = query < 0 ? rest : rest[..query];
        if (list.StartsWith('(') != list.EndsWith(')'))
        {
            throw new FormatException($"\"{text}\": the brackets around the brokers don't match");
        }

        var endPoints = list.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(EndPoint).ToList();
        return endPoints.Count > 0
            ? new(endPoints, Options(query < 0 ? "" : rest[(query + 1)..]))
            : throw new FormatException($"\"{text}\" names no broker; write stomp:failover:(tcp://host:61613)");
    }

    private static BrokerEndPoint EndPoint(string text)
    {
        var plain = WithoutPrefix(text, "stomp:");
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.AbsolutePath.Length > 1)
        {
            throw new FormatException($"\"{text}\" is no broker; write tcp://host:61613 or ssl://host:61614");
        }

        var useTls = uri.Scheme switch
        {
            "tcp" or "stomp" => false,
            "ssl" or "stomp+ssl" => true,
            _ => throw new FormatException($"\"{text}\": scheme {uri.Scheme} is not known; use tcp or ssl"),
        };
        return new(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : useTls ? DefaultTlsPort : DefaultPort, useTls);
    }

    private static ReconnectPolicy Options(string query)
    {
        var policy = new ReconnectPolicy();
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = option.Split('=', 2) is [var left, var right] ? (left, right) : (option, "");
            policy = WithoutPrefix(name, "transport.").ToLowerInvariant() switch
            {
                "initialreconnectdelay" => policy with { InitialDelay = Milliseconds(name, value) },
                "maxreconnectdelay" => policy with { MaxDelay = Milliseconds(name, value) },
                "reconnectdelayexponent" => policy with { Exponent = Math.Max(1, Number(name, value)) },
                "useexponentialbackoff" => Flag(name, value) ? policy : policy with { Exponent = 1 },
                "randomize" => policy with { Randomize = Flag(name, value) },

                // We try for ever, and bound each try by other means: a daemon that gives up is of no use.
                "maxreconnectattempts" or "startupmaxreconnectattempts" or "timeout" or "backup" => policy,
                _ => throw new FormatException($"broker option {name} is not known; known are initialReconnectDelay, maxReconnectDelay, reconnectDelayExponent, useExponentialBackOff, randomize"),
            };
        }

        return policy;
    }

    private static TimeSpan Milliseconds(string name, string value) => TimeSpan.FromMilliseconds(Number(name, value));

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : throw new FormatException($"broker option {name} should be a number, not \"{value}\"");

    private static bool Flag(string name, string value) =>
        bool.TryParse(value, out var flag) ? flag : throw new FormatException($"broker option {name} should be true or false, not \"{value}\"");

    private static string WithoutPrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : text;
}

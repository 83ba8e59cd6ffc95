namespace Autoreduction.Stomp;

/// <summary>
/// A broker's URI in the forms that Apache.NMS.Stomp knows: <c>stomp:tcp://host:61613</c>, <c>stomp:ssl://host:61614</c>,
/// <c>stomp:failover:(tcp://a:61613,ssl://b:61614)?randomize=false</c>; also without <c>stomp:</c>.
/// </summary>
public sealed record BrokerUri
{
    private const int DefaultPort = 61613;
    private const int DefaultTlsPort = 61614;

    private BrokerUri(IReadOnlyList<BrokerEndPoint> endPoints, BrokerUriOptions options) =>
        (EndPoints, Reconnect, IgnoredOptions) = (endPoints, options.Reconnect, options.Ignored);

    /// <summary>The brokers, in the order given.</summary>
    public IReadOnlyList<BrokerEndPoint> EndPoints { get; }

    /// <summary>How they are tried again.</summary>
    public ReconnectPolicy Reconnect { get; }

    /// <summary>Options that mean something to Apache.NMS.Stomp, and nothing here.</summary>
    public IReadOnlyList<string> IgnoredOptions { get; }

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">It isn't one, or asks for what can't be had; says which part.</exception>
    public static BrokerUri Parse(string text)
    {
        var options = new BrokerUriOptions();
        var rest = WithoutPrefix(text.Trim(), "stomp:");
        if (!rest.StartsWith("failover:", StringComparison.OrdinalIgnoreCase))
        {
            return new([EndPoint(rest, options)], options);
        }

        rest = WithoutPrefix(WithoutPrefix(rest, "failover:"), "//");
        if (rest.StartsWith('('))
        {
            var close = rest.LastIndexOf(')');
            if (close < 0 || (close + 1 < rest.Length && rest[close + 1] != '?'))
            {
                throw new FormatException($"\"{text}\": the brackets around the brokers don't match");
            }

            options.Take(rest[(close + 1)..]);
            rest = rest[1..close];
        }

        var endPoints = rest.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => EndPoint(one, options)).ToList();
        return endPoints.Count > 0
            ? new(endPoints, options)
            : throw new FormatException($"\"{text}\" names no broker; write stomp:failover:(tcp://host:61613)");
    }

    private static BrokerEndPoint EndPoint(string text, BrokerUriOptions options)
    {
        var plain = WithoutPrefix(text, "stomp:");

        // stomp://host is tcp://host.
        plain = plain.StartsWith("//", StringComparison.Ordinal) ? $"tcp:{plain}" : plain;
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.AbsolutePath.Length > 1 || uri.Port == 0)
        {
            throw new FormatException($"\"{text}\" is no broker; write tcp://host:61613 or ssl://host:61614");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw new FormatException($"the broker's URI must not hold a login or passcode: it is logged");
        }

        var useTls = uri.Scheme switch
        {
            "tcp" => false,
            "ssl" or "stomp+ssl" => true,
            _ => throw new FormatException($"\"{text}\": scheme {uri.Scheme} is not known; use tcp or ssl"),
        };
        options.Take(uri.Query);
        return new(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : useTls ? DefaultTlsPort : DefaultPort, useTls);
    }

    private static string WithoutPrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : text;
}

using System.Globalization;

namespace Autoreduction.Stomp;

/// <summary>The options of a broker's URI: those that mean something here, those that don't, and those that must not be passed over.</summary>
internal sealed class BrokerUriOptions
{
    // We try for ever, and bound each try by other means: a daemon that gives up is of no use.
    private static readonly string[] OfFailover =
        ["maxreconnectattempts", "startupmaxreconnectattempts", "timeout", "asyncconnect", "asynctimeout", "backup", "backuppoolsize", "prioritybackup"];

    // Sockets, wire format, and sessions with their prefetch and redelivery are made otherwise here.
    private static readonly string[] OfOthers = ["transport.", "wireformat.", "connection.", "nms."];

    // To pass over one of these would trust or offer another certificate than was meant.
    private static readonly string[] OfTls =
        ["acceptinvalidbrokercert", "servername", "sslprotocol", "brokercert", "clientcert", "keystore"];

    private readonly List<string> _ignored = [];

    public ReconnectPolicy Reconnect { get; private set; } = new();

    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Reads a query, with its question mark.</summary>
    /// <exception cref="FormatException">An option is not known, can't be had, or has no value that it can have.</exception>
    public void Take(string query)
    {
        foreach (var option in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = option.Split('=', 2) is [var left, var right] ? (left, right) : (option, "");
            Take(name, value);
        }
    }

    private void Take(string name, string value)
    {
        var lower = name.ToLowerInvariant();
        var bare = lower.StartsWith("transport.", StringComparison.Ordinal) ? lower["transport.".Length..] : lower;
        if (OfTls.Any(start => bare.StartsWith(start, StringComparison.Ordinal)))
        {
            throw new FormatException($"broker option {name}: the broker's certificate is always verified, for the host of the URI and by the known authorities; leave the option out");
        }

        switch (bare)
        {
            case "initialreconnectdelay":
                Reconnect = Reconnect with { InitialDelay = Milliseconds(name, value) };
                break;
            case "maxreconnectdelay":
                Reconnect = Reconnect with { MaxDelay = Milliseconds(name, value) };
                break;
            case "reconnectdelayexponent":
                Reconnect = Reconnect with { Exponent = Math.Max(1, Number(name, value)) };
                break;
            case "useexponentialbackoff":
                Reconnect = Flag(name, value) ? Reconnect : Reconnect with { Exponent = 1 };
                break;
            case "randomize":
                Reconnect = Reconnect with { Randomize = Flag(name, value) };
                break;
            case var _ when OfFailover.Contains(bare) || OfOthers.Any(prefix => lower.StartsWith(prefix, StringComparison.Ordinal)):
                _ignored.Add(name);
                break;
            default:
                throw new FormatException($"broker option {name} is not known; known are initialReconnectDelay, maxReconnectDelay, reconnectDelayExponent, useExponentialBackOff, randomize");
        }
    }

    private static TimeSpan Milliseconds(string name, string value) => TimeSpan.FromMilliseconds(Number(name, value));

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : throw new FormatException($"broker option {name} should be a number, not \"{value}\"");

    private static bool Flag(string name, string value) =>
        bool.TryParse(value, out var flag) ? flag : throw new FormatException($"broker option {name} should be true or false, not \"{value}\"");
}

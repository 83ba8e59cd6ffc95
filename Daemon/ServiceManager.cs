using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Autoreduction.Daemon;

/// <summary>Tells systemd how the daemon is (sd_notify(3)); says nothing where nobody listens.</summary>
internal sealed class ServiceManager : IDisposable
{
    /// <summary>Names the unit that starts the daemon again after a hand-over, where NOTIFY_SOCKET doesn't tell that there is one.</summary>
    public const string UnitVariable = "AUTOREDUCTION_UNIT";

    private const string SocketVariable = "NOTIFY_SOCKET";
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(2);

    private readonly Socket? _socket;

    private ServiceManager(Socket? socket, TimeSpan? watchdog) => (_socket, Watchdog) = (socket, watchdog);

    /// <summary>Within which time it wants to hear of us, again and again; null: it doesn't.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>Whether anybody listens.</summary>
    public bool Listens => _socket is not null;

    /// <summary>Whether a service manager starts the next daemon after a hand-over.</summary>
    public static bool StartsNext(IReadOnlyDictionary<string, string> environment) =>
        environment.ContainsKey(SocketVariable) || environment.ContainsKey(UnitVariable);

    /// <summary>The one that <paramref name="environment"/> names, if any.</summary>
    public static ServiceManager Of(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault(SocketVariable) is not (['/' or '@', ..] and { Length: > 1 } path))
        {
            return new ServiceManager(null, null);
        }

        // unix(7): an abstract name begins with NUL; the variable has @ in its place.
        var address = new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = (int)SendLimit.TotalMilliseconds };
        try
        {
            socket.Connect(address);
            return new ServiceManager(socket, WatchdogOf(environment));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            Log.NotToldToServiceManager(path, e.Message);
            return new ServiceManager(null, null);
        }
    }

    public void Ready() => Send("READY=1");

    // The time tells it from the READY=1 of an earlier reload.
    public void Reloading() => Send($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}");

    public void Stopping() => Send("STOPPING=1");

    /// <summary>Asks it not to lose patience for as long, whatever its own limits are.</summary>
    public void MoreTime(TimeSpan time) => Send(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={time.Ticks / TimeSpan.TicksPerMicrosecond}"));

    public void Status(string text) => Send($"STATUS={text.ReplaceLineEndings(" ")}");

    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    // WATCHDOG_PID: the variable may be meant for a process that passed it on to us.
    private static TimeSpan? WatchdogOf(IReadOnlyDictionary<string, string> environment) =>
        (environment.GetValueOrDefault("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
        && long.TryParse(environment.GetValueOrDefault("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
        && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    private void Send(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException e)
        {
            Log.NotToldToServiceManager(message, e.Message);
        }
    }
}

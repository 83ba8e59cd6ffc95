using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Autoreduction.Tests.Faults;

/// <summary>A TCP proxy on a free port of 127.0.0.1 that does to connections what networks do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Func<int, (FaultRules ToBroker, FaultRules ToClient)> _rules;
    private readonly ConcurrentDictionary<int, FaultyConnection> _open = [];
    private readonly ConcurrentQueue<Task> _serving = [];
    private readonly Task _accepting;

    // Cancelled by: DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private int _connections;
    private int _mostOpen;

    private FaultProxy(int target, Func<int, (FaultRules ToBroker, FaultRules ToClient)> rules)
    {
        (_target, _rules) = (target, rules);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>How many connections came so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The most connections that were open at once.</summary>
    public int MostOpen => Volatile.Read(ref _mostOpen);

    /// <summary>Stands before <paramref name="target"/>; the rules of each connection are asked for with its number, from 1.</summary>
    public static FaultProxy Start(int target, Func<int, (FaultRules ToBroker, FaultRules ToClient)> rules) => new(target, rules);

    /// <summary>Breaks what is open now; new connections are taken.</summary>
    public void Cut(bool reset)
    {
        foreach (var connection in _open.Values)
        {
            connection.End(reset);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_serving);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_over.Token);
                _serving.Enqueue(ServeAsync(client, Interlocked.Increment(ref _connections)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var broker = new TcpClient { NoDelay = true };
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await broker.ConnectAsync(IPAddress.Loopback, _target, _over.Token);
                var (toBroker, toClient) = _rules(number);
                var connection = new FaultyConnection(client, broker, toBroker, toClient);
                _open[number] = connection;
                _mostOpen = Math.Max(_mostOpen, _open.Count);
                await connection.RunAsync(_over.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One side ended it, or the proxy did: that is its purpose.
            }
            finally
            {
                _open.TryRemove(number, out _);
            }
        }
    }
}

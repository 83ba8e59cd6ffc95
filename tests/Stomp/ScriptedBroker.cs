using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Autoreduction.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Stomp;

/// <summary>
/// A far side that follows a script, for what a real broker won't do on demand. The script is run for each connection;
/// when it returns, the connection is closed. What it throws fails the test when the broker is disposed.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedSession, Task> _script;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<Task> _sessions = [];
    private readonly Task _accepting;

    // Cancelled by: DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private int _connections;

    private ScriptedBroker(Func<ScriptedSession, Task> script, X509Certificate2? certificate)
    {
        (_script, _certificate) = (script, certificate);
        _listener.Start();
        EndPoint = new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, certificate is not null);
        _accepting = AcceptAsync();
    }

    public BrokerEndPoint EndPoint { get; }

    /// <summary>How many connections came so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Listens on a free port of 127.0.0.1; with a certificate, for TLS.</summary>
    public static ScriptedBroker Start(Func<ScriptedSession, Task> script, X509Certificate2? certificate = null) => new(script, certificate);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_sessions);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_over.Token);
                _sessions.Enqueue(ServeAsync(client, Interlocked.Increment(ref _connections)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        await Task.Yield();
        try
        {
            await using var session = await ScriptedSession.OpenAsync(client, number, _certificate, _over.Token);
            await _script(session);
        }
        catch (AssertionException)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException or EndOfStreamException)
        {
            // The client ended the connection, or the test did: most scripts end so.
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Autoreduction.StompBenchmarks;

/// <summary>A far side that answers at once, one connection after the other.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    // Cancelled by: DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private readonly Task _serving;

    private Peer()
    {
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static Peer Start() => new();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _serving;
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_over.Token);
                socket.NoDelay = true;
                await new PeerSession(socket).ServeAsync();
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                // Nobody connects any more.
            }
        }
    }
}

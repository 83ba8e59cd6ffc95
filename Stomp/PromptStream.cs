using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Autoreduction.Stomp;

/// <summary>
/// A TCP stream that acknowledges at once what was read. A broker without TCP_NODELAY, as ActiveMQ is unless told otherwise,
/// keeps its next frame until the last one is acknowledged (RFC 896), which Linux delays by up to 40 ms. Where many frames
/// are on their way this is welcome: they come together, and nobody has to be woken up for each.
/// </summary>
/// <param name="socket">A connected one; it is closed with the stream.</param>
/// <param name="areManyComing">Whether those that come may wait for each other.</param>
internal sealed class PromptStream(Socket socket, Func<bool> areManyComing) : NetworkStream(socket, ownsSocket: true)
{
    // tcp(7): TCP_QUICKACK, which does not last.
    private const int IPPROTO_TCP = 6;
    private const int TCP_QUICKACK = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (areManyComing())
        {
            return count;
        }

        try
        {
            Socket.SetRawSocketOption(IPPROTO_TCP, TCP_QUICKACK, On);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is over: the next read says so.
        }

        return count;
    }
}

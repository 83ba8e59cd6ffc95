using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Stomp;

/// <summary>Makes the byte stream to a broker: TCP, and TLS with chain and host name verified.</summary>
internal static class StompTransport
{
    public static async Task<Stream> OpenAsync(BrokerEndPoint endPoint, string? caFilePath, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint.Host, endPoint.Port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return endPoint.UseTls ? await SecureAsync(stream, endPoint.Host, caFilePath, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(Stream stream, string host, string? caFilePath, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (caFilePath is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(caFilePath);
        }

        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(options, cancellationToken);
        return secure;
    }
}

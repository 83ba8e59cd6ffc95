using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Stomp;

/// <summary>Makes the byte stream to a broker: TCP, and TLS with chain and host name verified.</summary>
internal static class StompTransport
{
    public static async Task<Stream> OpenAsync(
        BrokerEndPoint endPoint, string? caFilePath, Func<bool> areManyComing, CancellationToken cancellationToken)
    {
        var trust = endPoint.UseTls ? CertificateTrust.Of(caFilePath) : null;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint.Host, endPoint.Port, cancellationToken);
            var stream = new PromptStream(socket, areManyComing);
            return endPoint.UseTls ? await SecureAsync(stream, endPoint.Host, trust!, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // TargetHost is sent as SNI, and is what the certificate must be for: a name or an address.
    private static async Task<Stream> SecureAsync(
        Stream stream, string host, X509ChainPolicy trust, CancellationToken cancellationToken)
    {
        string? whyRefused = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = trust,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (whyRefused = CertificateVerdict.WhyRefused(host, certificate as X509Certificate2, chain, errors)) is null,
        };
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            return secure;
        }
        catch (AuthenticationException e) when (whyRefused is not null)
        {
            await secure.DisposeAsync();
            throw new StompConnectionException(whyRefused, e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}

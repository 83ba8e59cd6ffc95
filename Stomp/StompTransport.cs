using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Stomp;

/// <summary>Makes the byte stream to a broker: TCP, and TLS with chain and host name verified.</summary>
internal static class StompTransport
{
    public static async Task<Stream> OpenAsync(BrokerEndPoint endPoint, string? caFilePath, CancellationToken cancellationToken)
    {
        var authorities = endPoint.UseTls && caFilePath is not null ? ReadAuthorities(caFilePath) : null;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint.Host, endPoint.Port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return endPoint.UseTls ? await SecureAsync(stream, endPoint.Host, authorities, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // TargetHost is sent as SNI, and is what the certificate must be for: a name or an address.
    private static async Task<Stream> SecureAsync(
        Stream stream, string host, X509Certificate2Collection? authorities, CancellationToken cancellationToken)
    {
        // A certificate must not make us fetch from addresses that it names.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        string? whyRefused = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = policy,
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

    private static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StompConnectionException($"the certificate authorities in {path} can't be read: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new StompConnectionException($"{path} has no certificate authority in PEM form");
    }
}

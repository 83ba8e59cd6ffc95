using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Stomp;

/// <summary>Whose signature under a broker's certificate is believed.</summary>
public static class CertificateTrust
{
    /// <summary>The authorities of a PEM file, or those of the system where there is none.</summary>
    /// <exception cref="StompConnectionException">The file has no authority that can be read.</exception>
    public static X509ChainPolicy Of(string? caFilePath)
    {
        // A certificate must not make us fetch from addresses that it names.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (caFilePath is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(ReadAuthorities(caFilePath));
        }

        return policy;
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

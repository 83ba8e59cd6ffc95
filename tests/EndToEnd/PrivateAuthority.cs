using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>A certificate authority of the test's own.</summary>
internal sealed class PrivateAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public PrivateAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>What others need to trust it.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A certificate for "localhost" with its key, as Java reads it (PKCS #12).</summary>
    public byte[] KeyStoreFor(string password, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_certificate, until.AddDays(-20), until, RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return new X509Certificate2Collection { withKey }.Export(X509ContentType.Pkcs12, password)!;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}

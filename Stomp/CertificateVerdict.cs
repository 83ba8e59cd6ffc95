using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Stomp;

/// <summary>Says in words why a certificate is refused.</summary>
public static class CertificateVerdict
{
    /// <summary>Why; null where it is good.</summary>
    /// <param name="host">Who was called.</param>
    /// <param name="certificate">What it showed.</param>
    /// <param name="chain">What was found of those who signed it.</param>
    /// <param name="errors">What is wrong, as <see cref="RemoteCertificateValidationCallback"/> is told.</param>
    public static string? WhyRefused(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return $"{host} showed no certificate";
        }

        var status = chain?.ChainStatus.Select(element => element.Status).ToList() ?? [];
        var reasons = new List<string>();
        if (status.Remove(X509ChainStatusFlags.NotTimeValid))
        {
            reasons.Add($"it is good from {Day(certificate.NotBefore)} to {Day(certificate.NotAfter)} only, or one above it is not good today");
        }

        if (status.RemoveAll(flag => flag is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot) > 0)
        {
            reasons.Add($"its issuer, {certificate.Issuer}, is no authority that is trusted here");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"it is for {Names(certificate)}, and not for {host}");
        }

        reasons.AddRange(status.Select(flag => flag.ToString()));
        return $"the certificate of {host} is refused: {string.Join("; ", reasons)}";
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Names(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] names = alternatives is null
            ? []
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(address => address.ToString())];
        return names.Length > 0 ? string.Join(" and ", names) : certificate.Subject;
    }
}

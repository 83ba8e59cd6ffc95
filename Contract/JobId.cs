using System.Security.Cryptography;
using System.Text;

namespace Autoreduction.Contract;

/// <summary>Names jobs, so that every delivery of a message finds the same job.</summary>
public static class JobId
{
    /// <summary>
    /// The name of the job of a message: instrument and run for people, a digest of the message-id for uniqueness.
    /// A message-id is stable over redelivery, broker restart and dead-letter queue.
    /// </summary>
    public static string Of(RunRequest request, string messageId) =>
        $"{request.InstrumentFolder}-{request.RunLabel}-{Digest(messageId)}";

    private static string Digest(string messageId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)))[..16];
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.Control;

/// <summary>
/// Asks the broker how long the pending queue is, by Jolokia, which ActiveMQ's console serves at <c>/api/jolokia</c>
/// (https://jolokia.org/reference/html/manual/jolokia_protocol.html).
/// </summary>
internal sealed class BrokerManagement(Settings settings)
{
    // All queues: in names of MBeans some characters are replaced, in the attribute Name they are as they are.
    private const string Question = """
        {"type": "read", "mbean": "org.apache.activemq:type=Broker,brokerName=*,destinationType=Queue,destinationName=*",
         "attribute": ["Name", "QueueSize", "ConsumerCount"]}
        """;

    private const int MaxAnswerBytes = 16 << 20;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    /// <summary>Asks one broker after the other: of several that share their queues only one answers.</summary>
    /// <exception cref="ControlException">None answered; says why not.</exception>
    public async Task<QueueLength> AskAsync()
    {
        var reasons = new List<string>();
        foreach (var uri in settings.Broker.ManagementUris)
        {
            try
            {
                return Read(await PostAsync(new Uri(uri)));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or StompException or JsonException or ControlException)
            {
                reasons.Add($"{uri}: {e.InnerException?.Message ?? e.Message}");
            }
            catch (OperationCanceledException)
            {
                reasons.Add($"{uri}: no answer within {AnswerLimit.TotalSeconds:0} s");
            }
        }

        throw new ControlException($"queue length not known: {string.Join("; ", reasons)}");
    }

    private async Task<byte[]> PostAsync(Uri uri)
    {
        var broker = settings.Broker;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        string? whyRefused = null;
        if (uri.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = CertificateTrust.Of(broker.CaFile.Length > 0 ? broker.CaFile : null),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    (whyRefused = CertificateVerdict.WhyRefused(uri.Host, certificate as X509Certificate2, chain, errors)) is null,
            };
        }

        using var client = new HttpClient(handler) { Timeout = AnswerLimit, MaxResponseContentBufferSize = MaxAnswerBytes };
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new StringContent(Question, Encoding.UTF8, "application/json") };

        // ActiveMQ's strict checking wants to know of whom a question is, also where that is no web page.
        request.Headers.Add("Origin", uri.GetLeftPart(UriPartial.Authority));
        if (broker.ManagementUsername.Length > 0)
        {
            var login = $"{broker.ManagementUsername}:{BrokerPassword.OfManagement(broker)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }

        try
        {
            using var response = await client.SendAsync(request);
            return await BodyAsync(response);
        }
        catch (HttpRequestException) when (whyRefused is not null)
        {
            throw new ControlException(whyRefused);
        }
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.OK => await response.Content.ReadAsByteArrayAsync(),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            throw new ControlException($"refused (HTTP {(int)response.StatusCode}); check broker.management_username and broker.management_password_file"),
        _ => throw new ControlException($"HTTP {(int)response.StatusCode}; is this the address of Jolokia?"),
    };

    private QueueLength Read(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("value", out var queues) || queues.ValueKind != JsonValueKind.Object)
        {
            throw new ControlException(ErrorOf(root) ?? "answered something else than Jolokia does");
        }

        var pending = queues.EnumerateObject().Select(queue => queue.Value).Where(IsPending).ToList();
        return new QueueLength(pending.Sum(queue => Number(queue, "QueueSize")), pending.Sum(queue => Number(queue, "ConsumerCount")));
    }

    private bool IsPending(JsonElement queue) =>
        queue.ValueKind == JsonValueKind.Object && queue.TryGetProperty("Name", out var name)
        && name.ValueKind == JsonValueKind.String && name.ValueEquals(settings.Queues.Pending["/queue/".Length..]);

    private static long Number(JsonElement queue, string attribute) =>
        queue.TryGetProperty(attribute, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw new ControlException($"does not tell {attribute}");

    private static string? ErrorOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : null;
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Autoreduction.Tests.Control;

/// <summary>A web server that gives one answer to one request, and keeps the request.</summary>
internal sealed class ScriptedConsole : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly Task<string> _request;

    /// <param name="code">The status.</param>
    /// <param name="body">The answer.</param>
    /// <param name="certificate">Its certificate; null: it speaks without TLS.</param>
    public ScriptedConsole(int code, string body, X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _request = ServeAsync(code, body);
    }

    public string Uri => $"{(_certificate is null ? "http://127.0.0.1" : "https://localhost")}:{((IPEndPoint)_listener.LocalEndpoint).Port}/api/jolokia";

    /// <summary>What was asked.</summary>
    public Task<string> RequestAsync() => _request;

    public void Dispose()
    {
        _listener.Stop();
        _certificate?.Dispose();
    }

    private async Task<string> ServeAsync(int code, string body)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = await SecuredAsync(client.GetStream());
        var buffer = new byte[16384];
        var request = "";
        while (!request.EndsWith('}'))
        {
            var count = await stream.ReadAsync(buffer);
            request += Encoding.UTF8.GetString(buffer, 0, count);
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {code} Scripted\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
        return request;
    }

    private async Task<Stream> SecuredAsync(NetworkStream stream)
    {
        if (_certificate is null)
        {
            return stream;
        }

        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(_certificate);
        return secured;
    }
}

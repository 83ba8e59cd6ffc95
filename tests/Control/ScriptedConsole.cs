using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Autoreduction.Tests.Control;

/// <summary>A web server that gives one answer to one request, and keeps the request.</summary>
internal sealed class ScriptedConsole : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task<string> _request;

    public ScriptedConsole(int code, string body)
    {
        _listener.Start();
        _request = ServeAsync(code, body);
    }

    public string Uri => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/api/jolokia";

    /// <summary>What was asked.</summary>
    public Task<string> RequestAsync() => _request;

    public void Dispose() => _listener.Stop();

    private async Task<string> ServeAsync(int code, string body)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
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
}

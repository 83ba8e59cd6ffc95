namespace Autoreduction.Stomp;

/// <summary>Where one broker listens.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="UseTls">Whether it speaks TLS.</param>
public sealed record BrokerEndPoint(string Host, int Port, bool UseTls)
{
    /// <summary>The end point as a URI.</summary>
    public override string ToString() => $"{(UseTls ? "ssl" : "tcp")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";
}

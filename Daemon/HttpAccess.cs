using System.Net;
using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>
/// What may be asked by whom. The Unix socket is guarded by its permissions. The TCP address has none: it answers, and
/// changes nothing, and only under a name of its own, so that a web page can't read it by letting its own name point here
/// (DNS rebinding).
/// </summary>
internal sealed class HttpAccess(DaemonSettings settings)
{
    /// <summary>Why a request is refused, with its status; null where it isn't.</summary>
    public (int Status, string Words)? Refusal(HttpContext context)
    {
        var isUnixSocket = context.Connection.LocalIpAddress is null;
        if (isUnixSocket)
        {
            return null;
        }

        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return (StatusCodes.Status403Forbidden, $"this address is read-only; use the Unix socket {settings.SocketPath}");
        }

        return IsOwnName(request.Host.Host)
            ? null
            : (StatusCodes.Status421MisdirectedRequest, $"'{request.Host.Host}' is no name of this server; add it to daemon.http_hosts");
    }

    private bool IsOwnName(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out _)
        || settings.HttpHosts.Append("localhost").Append(Environment.MachineName).Contains(host, StringComparer.OrdinalIgnoreCase);
}

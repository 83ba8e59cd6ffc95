using Autoreduction.Contract;
using Autoreduction.Stomp;

namespace Autoreduction.PostProcessAdmin;

/// <summary>How this program comes to a connection to the broker, and ends it.</summary>
internal static class Broker
{
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(1);

    /// <summary>What connects.</summary>
    /// <param name="settings">The broker.</param>
    /// <param name="password">The passcode where it is not in a file.</param>
    /// <exception cref="IOException">The file of the passcode can't be read.</exception>
    public static StompConnector ConnectorOf(BrokerSettings settings, string? password) => new(BrokerUri.Parse(settings.Uri), new StompConnectionOptions
    {
        Login = settings.Username.Length > 0 ? settings.Username : null,
        Passcode = BrokerPassword.Of(settings, password),
        HeartBeat = settings.HeartBeat,
        CaFilePath = settings.CaFile.Length > 0 ? settings.CaFile : null,
    });

    /// <summary>Ends a connection that may not be there yet: in order where that is possible, as a broker logs one that just breaks.</summary>
    public static async Task CloseAsync(Task<StompConnection> made)
    {
        try
        {
            await using var connection = await made;
            using var limit = new CancellationTokenSource(GoodbyeLimit);
            await connection.DisconnectAsync(limit.Token);
        }
        catch (Exception e) when (e is StompException or OperationCanceledException or IOException)
        {
            // It was over already, or never made. What was to be confirmed has been.
        }
    }
}

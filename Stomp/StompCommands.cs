using System.Text;

namespace Autoreduction.Stomp;

/// <summary>The commands of the specification. There are no others: what begins differently is no STOMP.</summary>
internal static class StompCommands
{
    /// <summary>The longest command, with a carriage return.</summary>
    public const int LongestLine = 12;

    private static readonly string[] All =
    [
        "MESSAGE", "RECEIPT", "ERROR", "CONNECTED", "SEND", "ACK", "NACK", "BEGIN", "COMMIT", "ABORT",
        "SUBSCRIBE", "UNSUBSCRIBE", "CONNECT", "STOMP", "DISCONNECT",
    ];

    /// <summary>The command that a line names.</summary>
    /// <exception cref="StompProtocolException">It names none.</exception>
    public static string Of(ReadOnlySpan<byte> line)
    {
        foreach (var command in All)
        {
            if (Ascii.Equals(line, command))
            {
                return command;
            }
        }

        throw Unknown(line);
    }

    /// <summary>What to say of a line that can't be a command.</summary>
    public static StompProtocolException Unknown(ReadOnlySpan<byte> line)
    {
        var start = new StringBuilder();
        foreach (var octet in line[..Math.Min(line.Length, 20)])
        {
            start.Append(octet is >= 0x20 and < 0x7F ? (char)octet : '?');
        }

        return new($"\"{start}\" is no STOMP command; does another protocol answer there?");
    }

    // STOMP 1.2, "Body": only the SEND, MESSAGE, and ERROR frames MAY have a body. All other frames MUST NOT have a body.
    public static bool MayHaveBody(string command) => command is "SEND" or "MESSAGE" or "ERROR";

    // STOMP 1.2, "Value Encoding": not in CONNECT and CONNECTED, for the sake of STOMP 1.0. STOMP is CONNECT by another name.
    public static StompVersion EscapingOf(string command, StompVersion version) =>
        command is "CONNECT" or "STOMP" or "CONNECTED" ? StompVersion.V10 : version;
}

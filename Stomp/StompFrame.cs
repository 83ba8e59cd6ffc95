namespace Autoreduction.Stomp;

/// <summary>One frame: command, headers and body.</summary>
/// <param name="Command">SEND, MESSAGE, …</param>
/// <param name="Headers">The headers, unescaped. When written, content-length is the writer's.</param>
/// <param name="Body">The body; may be empty.</param>
public sealed record StompFrame(string Command, StompHeaders Headers, ReadOnlyMemory<byte> Body)
{
    internal static StompFrame Of(string command, params StompHeader[] headers) =>
        new(command, new StompHeaders(headers), ReadOnlyMemory<byte>.Empty);
}

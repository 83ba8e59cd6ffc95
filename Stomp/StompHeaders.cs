using System.Collections;

namespace Autoreduction.Stomp;

/// <summary>The headers of a frame, in order.</summary>
public sealed class StompHeaders : IReadOnlyCollection<StompHeader>
{
    private readonly StompHeader[] _headers;

    /// <summary>Copies the headers.</summary>
    public StompHeaders(IEnumerable<StompHeader> headers) => _headers = [.. headers];

    /// <summary>Takes the array over.</summary>
    internal StompHeaders(StompHeader[] headers) => _headers = headers;

    /// <inheritdoc/>
    public int Count => _headers.Length;

    internal ReadOnlySpan<StompHeader> Span => _headers;

    // STOMP 1.2, "Repeated Header Entries": only the first header entry SHOULD be used as the value.
    /// <summary>The value of a header, the first where it is repeated; null where it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var header in _headers)
            {
                if (header.Name == name)
                {
                    return header.Value;
                }
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<StompHeader> GetEnumerator() => ((IEnumerable<StompHeader>)_headers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

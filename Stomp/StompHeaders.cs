using System.Collections;

namespace Autoreduction.Stomp;

/// <summary>The headers of a frame, in order.</summary>
public sealed class StompHeaders : IReadOnlyCollection<StompHeader>
{
    private readonly List<StompHeader> _headers;

    /// <summary>Takes the headers over.</summary>
    public StompHeaders(IEnumerable<StompHeader> headers) => _headers = [.. headers];

    /// <inheritdoc/>
    public int Count => _headers.Count;

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
    public IEnumerator<StompHeader> GetEnumerator() => _headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Collections;

namespace Autoreduction.Stomp;

/// <summary>The headers of a frame, in order. Those of a frame that came are kept as bytes, and decoded when somebody asks.</summary>
public sealed class StompHeaders : IReadOnlyCollection<StompHeader>
{
    // As they came, escaped and checked; empty where the headers are ours.
    private readonly ReadOnlyMemory<byte> _lines;
    private readonly StompVersion _escaping;
    private StompHeader[]? _headers;

    /// <summary>Copies the headers.</summary>
    public StompHeaders(IEnumerable<StompHeader> headers)
        : this([.. headers])
    {
    }

    /// <summary>Takes the array over.</summary>
    internal StompHeaders(StompHeader[] headers) => (_headers, Count) = (headers, headers.Length);

    /// <summary>Takes lines over that <see cref="HeaderEscaping.Check(ReadOnlySpan{byte}, StompVersion)"/> let pass.</summary>
    internal StompHeaders(ReadOnlyMemory<byte> lines, int count, StompVersion escaping) => (_lines, Count, _escaping) = (lines, count, escaping);

    /// <inheritdoc/>
    public int Count { get; }

    internal ReadOnlySpan<StompHeader> Span => _headers ??= Decode();

    /// <summary>About how many bytes they hold.</summary>
    internal long Size
    {
        get
        {
            long size = _lines.Length;
            foreach (var (name, value) in _headers.AsSpan())
            {
                size += sizeof(char) * (name.Length + value.Length);
            }

            return size;
        }
    }

    // STOMP 1.2, "Repeated Header Entries": only the first header entry SHOULD be used as the value.
    /// <summary>The value of a header, the first where it is repeated; null where it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            if (_headers is null)
            {
                return Find(name);
            }

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
    public IEnumerator<StompHeader> GetEnumerator() => ((IEnumerable<StompHeader>)(_headers ??= Decode())).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string? Find(string name)
    {
        var lines = new HeaderLines(_lines.Span);
        while (lines.Next())
        {
            if (HeaderEscaping.Says(lines.Name, name, _escaping))
            {
                return HeaderEscaping.Unescape(lines.Value, _escaping);
            }
        }

        return null;
    }

    private StompHeader[] Decode()
    {
        var headers = new StompHeader[Count];
        var lines = new HeaderLines(_lines.Span);
        for (var i = 0; lines.Next(); i++)
        {
            headers[i] = new(HeaderEscaping.Unescape(lines.Name, _escaping), HeaderEscaping.Unescape(lines.Value, _escaping));
        }

        return headers;
    }
}

namespace Autoreduction.Stomp;

/// <summary>Goes through the header lines of a frame, up to the blank line that ends them.</summary>
internal ref struct HeaderLines(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The name, escaped.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value, escaped.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        var end = _rest.IndexOf((byte)'\n');
        var line = WithoutReturn(_rest[..end]);
        if (line.IsEmpty)
        {
            return false;
        }

        var colon = line.IndexOf((byte)':');
        Name = line[..colon];
        Value = line[(colon + 1)..];
        _rest = _rest[(end + 1)..];
        return true;
    }

    // STOMP 1.2, "Augmented BNF": an EOL is LF, or CR LF.
    public static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) => line.EndsWith((byte)'\r') ? line[..^1] : line;
}

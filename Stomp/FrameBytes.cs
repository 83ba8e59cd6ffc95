namespace Autoreduction.Stomp;

/// <summary>The header lines and the body of the frame that is being read, in one array.</summary>
internal sealed class FrameBytes
{
    // Memory for a longer one grows with what has come, not with what was announced.
    private const int AtOnce = 1 << 20;
    private byte[] _bytes = [];
    private int _head;

    // Of the body; negative where that isn't known.
    private int _announced;

    /// <summary>How much of the body has come.</summary>
    public int BodyLength { get; private set; }

    /// <summary>Begins with the header lines.</summary>
    /// <param name="head">All of them.</param>
    /// <param name="announced">How long the body will be; negative where that isn't known.</param>
    public void Begin(ReadOnlySpan<byte> head, int announced)
    {
        (_head, _announced, BodyLength) = (head.Length, announced, 0);
        _bytes = GC.AllocateUninitializedArray<byte>(head.Length + Math.Clamp(announced, 0, AtOnce));
        head.CopyTo(_bytes);
    }

    /// <summary>Adds what came of the body.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        var filled = _head + BodyLength;
        var needed = filled + part.Length;
        if (_bytes.Length < needed)
        {
            var most = _announced >= 0 ? _head + _announced : Math.Max(needed, 2 * _bytes.Length);
            var bytes = GC.AllocateUninitializedArray<byte>(Math.Min(most, Math.Max(needed, Math.Max(2 * _bytes.Length, AtOnce))));
            _bytes.AsSpan(0, filled).CopyTo(bytes);
            _bytes = bytes;
        }

        part.CopyTo(_bytes.AsSpan(filled));
        BodyLength += part.Length;
    }

    /// <summary>Hands them out.</summary>
    public (ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body) Take()
    {
        var bytes = _bytes;
        _bytes = [];
        return (bytes.AsMemory(0, _head), bytes.AsMemory(_head, BodyLength));
    }
}

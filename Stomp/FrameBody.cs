namespace Autoreduction.Stomp;

/// <summary>The body of the frame that is being read.</summary>
internal sealed class FrameBody
{
    // Memory for a longer one grows with what has come, not with what was announced.
    private const int AtOnce = 1 << 20;
    private byte[] _bytes = [];

    /// <summary>How much of it has come.</summary>
    public int Length { get; private set; }

    /// <summary>Adds what came.</summary>
    /// <param name="part">The next bytes.</param>
    /// <param name="announced">How long it will be; negative where that isn't known.</param>
    public void Add(ReadOnlySpan<byte> part, int announced)
    {
        var needed = Length + part.Length;
        if (_bytes.Length < needed)
        {
            var most = announced >= 0 ? announced : Math.Max(needed, 2 * _bytes.Length);
            var bytes = GC.AllocateUninitializedArray<byte>(Math.Min(most, Math.Max(needed, Math.Max(2 * _bytes.Length, AtOnce))));
            _bytes.AsSpan(0, Length).CopyTo(bytes);
            _bytes = bytes;
        }

        part.CopyTo(_bytes.AsSpan(Length));
        Length = needed;
    }

    /// <summary>Hands it out, and begins the next.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var body = _bytes.AsMemory(0, Length);
        (_bytes, Length) = ([], 0);
        return body;
    }
}

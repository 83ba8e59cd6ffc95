using Autoreduction.Stomp;

namespace Autoreduction.Tests.Faults;

/// <summary>What a proxy does to the bytes of one direction of one connection.</summary>
internal sealed record FaultRules
{
    public static FaultRules Pass { get; } = new();

    /// <summary>Longest piece in which bytes are passed on; 0: as they come.</summary>
    public int SliceBytes { get; init; }

    /// <summary>Wait before each piece: latency, and with slices a throttle.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The connection breaks when so many bytes have passed.</summary>
    public long CutAfterBytes { get; init; } = long.MaxValue;

    /// <summary>Nothing more passes after so many bytes, while the connection stays.</summary>
    public long StallAfterBytes { get; init; } = long.MaxValue;

    /// <summary>The byte at this offset arrives with all its bits turned.</summary>
    public long CorruptByte { get; init; } = -1;

    /// <summary>Whether it breaks with RST instead of FIN.</summary>
    public bool Reset { get; init; }

    /// <summary>Decides about whole frames; null: nobody looks at them.</summary>
    public Func<StompFrame, FrameFate>? Frames { get; init; }
}

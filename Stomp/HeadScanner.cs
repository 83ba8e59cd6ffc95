using System.Numerics;
using System.Runtime.Intrinsics;

namespace Autoreduction.Stomp;

/// <summary>
/// Finds the lines of a head, and in each the first colon, in one pass. Whether a line needs a closer look is found on the
/// way: escapes that every version has are none, anything else that doesn't stand for itself is.
/// </summary>
internal ref struct HeadScanner(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    // Of the 32 bytes before _loaded, those that are still to be looked at. Ordinary bytes among them do no harm.
    private uint _marks;
    private int _loaded;
    private int _escaped = -1;

    /// <summary>Where the line starts.</summary>
    public int Start { get; private set; }

    /// <summary>Where its LF is.</summary>
    public int End { get; private set; } = -1;

    /// <summary>Where its first colon is; -1: it has none.</summary>
    public int Colon { get; private set; }

    /// <summary>Whether all of it is ASCII without NUL or a questionable escape.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Goes to the next line; false where no more line is complete.</summary>
    public bool Next()
    {
        (Start, Colon, IsPlain) = (End + 1, -1, true);
        while (_marks != 0 || TryLoad())
        {
            var at = _loaded - Vector256<byte>.Count + BitOperations.TrailingZeroCount(_marks);
            _marks &= _marks - 1;
            switch (_bytes[at])
            {
                case (byte)'\n':
                    End = at;
                    return true;
                case (byte)':':
                    Colon = Colon < 0 ? at : Colon;
                    break;
                case (byte)'\\' when at != _escaped:
                    _escaped = at + 1;
                    IsPlain &= _escaped < _bytes.Length && _bytes[_escaped] is (byte)'c' or (byte)'n' or (byte)'\\';
                    break;
                case 0 or >= 0x80:
                    IsPlain = false;
                    break;
            }
        }

        return false;
    }

    private bool TryLoad()
    {
        while (_marks == 0 && _loaded < _bytes.Length)
        {
            var rest = _bytes[_loaded..];
            _marks = rest.Length >= Vector256<byte>.Count ? Marks(Vector256.Create(rest)) : (1u << rest.Length) - 1;
            _loaded += Vector256<byte>.Count;
        }

        return _marks != 0;
    }

    // The highest bit of each byte is its mark, which bytes that are not ASCII have already.
    private static uint Marks(Vector256<byte> bytes) =>
        (bytes
        | Vector256.Equals(bytes, Vector256.Create((byte)'\n'))
        | Vector256.Equals(bytes, Vector256.Create((byte)':'))
        | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
        | Vector256.Equals(bytes, Vector256<byte>.Zero)).ExtractMostSignificantBits();
}

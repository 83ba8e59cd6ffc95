using System.Runtime.InteropServices;

namespace Autoreduction.Posix;

/// <summary>A NULL-terminated array of C strings in UTF-8, as exec wants its arguments and environment.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IEnumerable<string> strings)
    {
        var list = strings.ToList();
        if (list.Find(text => text.Contains('\0')) is { } bad)
        {
            throw new ArgumentException($"an argument or variable can't hold a NUL character: {bad.Replace('\0', '?')}");
        }

        _count = list.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(list[i]);
        }
    }

    public byte** Pointer { get; }

    public byte* First => Pointer[0];

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        }

        NativeMemory.Free(Pointer);
    }
}

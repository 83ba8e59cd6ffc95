using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>A descriptor that a child starts with. What isn't listed is closed; 0 to 2 are on /dev/null then.</summary>
public sealed record SpawnDescriptor
{
    private SpawnDescriptor(int number) => Number = number;

    /// <summary>Its number in the child.</summary>
    public int Number { get; }

    internal SafeHandle? Source { get; private init; }

    internal string Path { get; private init; } = "";

    internal int Flags { get; private init; }

    internal uint Mode { get; private init; }

    /// <summary>A copy of one of ours.</summary>
    public static SpawnDescriptor Inherit(int number, SafeHandle source) => new(number) { Source = source };

    /// <summary>A file to append to, made where it is missing.</summary>
    public static SpawnDescriptor OpenAppend(int number, string path, int mode) =>
        new(number) { Path = path, Flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, Mode = (uint)mode };

    /// <summary>A file to read, or a directory, that is there when the child is spawned.</summary>
    public static SpawnDescriptor OpenRead(int number, string path) => new(number) { Path = path, Flags = Libc.O_RDONLY };
}

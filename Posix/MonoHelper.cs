using System.Reflection;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Where the native half of Mono.Posix is.</summary>
public static class MonoHelper
{
    private const string Name = "MonoPosixHelper";

    /// <summary>
    /// Has it taken from beside the program, before anything of Mono.Posix is used. A native program would look in sixty
    /// other places first, each time it starts.
    /// </summary>
    public static void TakeFromBesideProgram() => NativeLibrary.SetDllImportResolver(typeof(Syscall).Assembly, Find);

    // Zero: looked for in the usual way, as where a plain build has it in a folder of its own.
    private static nint Find(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == Name && NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, $"lib{Name}.so"), out var library) ? library : 0;
}

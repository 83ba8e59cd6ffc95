using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>What a child is when it starts (posix_spawnattr_t): default dispositions, an empty mask, session and group.</summary>
internal sealed unsafe class SpawnAttributes : IDisposable
{
    // Room for glibc's opaque types on every architecture: 336 and 128 bytes on x86-64.
    private const int OpaqueSize = 1024;

    public SpawnAttributes(SpawnRequest request)
    {
        Pointer = (nint)NativeMemory.AllocZeroed(OpaqueSize);
        try
        {
            Spawner.Check("posix_spawnattr_init", Libc.posix_spawnattr_init(Pointer));
            Set(request);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public nint Pointer { get; }

    public void Dispose()
    {
        _ = Libc.posix_spawnattr_destroy(Pointer);
        NativeMemory.Free((void*)Pointer);
    }

    private void Set(SpawnRequest request)
    {
        var signals = stackalloc byte[OpaqueSize];
        short flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK;
        flags |= request.NewSession ? Libc.POSIX_SPAWN_SETSID : (short)0;
        if (request.NewProcessGroup)
        {
            flags |= Libc.POSIX_SPAWN_SETPGROUP;
            Spawner.Check("posix_spawnattr_setpgroup", Libc.posix_spawnattr_setpgroup(Pointer, 0));
        }

        Spawner.Check("posix_spawnattr_setflags", Libc.posix_spawnattr_setflags(Pointer, flags));
        _ = Libc.sigfillset((nint)signals);
        Spawner.Check("posix_spawnattr_setsigdefault", Libc.posix_spawnattr_setsigdefault(Pointer, (nint)signals));
        _ = Libc.sigemptyset((nint)signals);
        Spawner.Check("posix_spawnattr_setsigmask", Libc.posix_spawnattr_setsigmask(Pointer, (nint)signals));
    }
}

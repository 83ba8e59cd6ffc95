using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>What happens to a child's descriptors and directory before its exec (posix_spawn_file_actions_t).</summary>
/// <remarks>
/// Order: copies first, while every source is open; then /dev/null for what isn't listed of 0 to 2; then the directory;
/// then everything else is closed, between the listed numbers one by one.
/// </remarks>
internal sealed unsafe class SpawnFileActions : IDisposable
{
    // Room for glibc's opaque type on every architecture: 80 bytes on x86-64.
    private const int OpaqueSize = 512;
    private const int LastStandard = 2;

    public SpawnFileActions(SpawnRequest request, LiftedDescriptors sources)
    {
        Pointer = (nint)NativeMemory.AllocZeroed(OpaqueSize);
        try
        {
            Spawner.Check("posix_spawn_file_actions_init", Libc.posix_spawn_file_actions_init(Pointer));
            Add(request, sources);
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
        _ = Libc.posix_spawn_file_actions_destroy(Pointer);
        NativeMemory.Free((void*)Pointer);
    }

    private void Add(SpawnRequest request, LiftedDescriptors sources)
    {
        foreach (var (number, source) in sources)
        {
            Spawner.Check("adddup2", Libc.posix_spawn_file_actions_adddup2(Pointer, source, number));
        }

        var listed = request.Descriptors.Select(descriptor => descriptor.Number).ToHashSet();
        var last = Math.Max(LastStandard, listed.DefaultIfEmpty(LastStandard).Max());
        for (var number = 0; number <= last; number++)
        {
            if (listed.Contains(number))
            {
                continue;
            }

            Spawner.Check("addopen or addclose", number <= LastStandard
                ? Libc.posix_spawn_file_actions_addopen(Pointer, number, "/dev/null", Libc.O_RDWR, 0)
                : Libc.posix_spawn_file_actions_addclose(Pointer, number));
        }

        if (request.WorkingDirectory is { } directory)
        {
            Spawner.Check("addchdir", Libc.posix_spawn_file_actions_addchdir_np(Pointer, directory));
        }

        var closed = last + 1;
        Mutant.Change("lock-leaked", ref closed, 900);
        Spawner.Check("addclosefrom", Libc.posix_spawn_file_actions_addclosefrom_np(Pointer, closed));
    }
}

using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Starts processes by posix_spawn(3): no managed code ever runs in a forked copy of this process.</summary>
public static unsafe class Spawner
{
    // Room for glibc's opaque types on every architecture: 336, 80 and 128 bytes on x86-64.
    private const int OpaqueSize = 1024;

    /// <summary>Starts a child; its exec has succeeded when this returns.</summary>
    /// <exception cref="PosixException">It can't be started; says whether program or working directory is missing.</exception>
    public static ChildProcess Start(SpawnRequest request)
    {
        if (request.WorkingDirectory is { } directory && !Directory.Exists(directory))
        {
            throw new PosixException("chdir", Errno.ENOENT, directory);
        }

        var attributes = (nint)NativeMemory.AllocZeroed(OpaqueSize);
        var actions = (nint)NativeMemory.AllocZeroed(OpaqueSize);
        using var arguments = new NativeStrings([request.ProgramPath, .. request.Arguments]);
        using var environment = new NativeStrings(request.Environment.Select(pair => $"{pair.Key}={pair.Value}"));
        Check("posix_spawnattr_init", Libc.posix_spawnattr_init(attributes));
        Check("posix_spawn_file_actions_init", Libc.posix_spawn_file_actions_init(actions));
        try
        {
            SetAttributes(attributes, request);
            using var sources = new LiftedDescriptors(request.Descriptors);
            AddActions(actions, request, sources);
            var errno = Libc.posix_spawn(out var pid, arguments.First, actions, attributes, arguments.Pointer, environment.Pointer);
            if (errno != 0)
            {
                throw new PosixException("exec", NativeConvert.ToErrno(errno), request.ProgramPath);
            }

            OpenFilesLimit.RestoreFor(pid);
            return new ChildProcess(pid);
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            NativeMemory.Free((void*)actions);
            NativeMemory.Free((void*)attributes);
        }
    }

    private static void SetAttributes(nint attributes, SpawnRequest request)
    {
        var signals = stackalloc byte[OpaqueSize];
        short flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK;
        flags |= request.NewSession ? Libc.POSIX_SPAWN_SETSID : (short)0;
        if (request.NewProcessGroup)
        {
            flags |= Libc.POSIX_SPAWN_SETPGROUP;
            Check("posix_spawnattr_setpgroup", Libc.posix_spawnattr_setpgroup(attributes, 0));
        }

        Check("posix_spawnattr_setflags", Libc.posix_spawnattr_setflags(attributes, flags));
        _ = Libc.sigfillset((nint)signals);
        Check("posix_spawnattr_setsigdefault", Libc.posix_spawnattr_setsigdefault(attributes, (nint)signals));
        _ = Libc.sigemptyset((nint)signals);
        Check("posix_spawnattr_setsigmask", Libc.posix_spawnattr_setsigmask(attributes, (nint)signals));
    }

    // Order: copies first, while every source is open; then files; then the directory; then everything else is closed.
    private static void AddActions(nint actions, SpawnRequest request, LiftedDescriptors sources)
    {
        foreach (var (descriptor, source) in sources)
        {
            Check("adddup2", Libc.posix_spawn_file_actions_adddup2(actions, source, descriptor.Number));
        }

        var listed = request.Descriptors.Select(descriptor => descriptor.Number).ToHashSet();
        var opened = request.Descriptors.Where(descriptor => descriptor.Source is null)
            .Concat(Enumerable.Range(0, 3).Where(number => !listed.Contains(number)).Select(SpawnDescriptor.OpenNull));
        foreach (var file in opened)
        {
            Check("addopen", Libc.posix_spawn_file_actions_addopen(actions, file.Number, file.Path, file.Flags, file.Mode));
        }

        if (request.WorkingDirectory is { } directory)
        {
            Check("addchdir", Libc.posix_spawn_file_actions_addchdir_np(actions, directory));
        }

        Check("addclosefrom", Libc.posix_spawn_file_actions_addclosefrom_np(actions, Math.Max(2, listed.DefaultIfEmpty(2).Max()) + 1));
    }

    private static void Check(string call, int errno)
    {
        if (errno != 0)
        {
            throw new PosixException(call, NativeConvert.ToErrno(errno));
        }
    }
}

using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Starts processes by posix_spawn(3): no managed code ever runs in a forked copy of this process.</summary>
/// <remarks>Where a <see cref="ChildReaper"/> reaps strangers too, children are started by <see cref="ChildReaper.Start"/>.</remarks>
public static unsafe class Spawner
{
    /// <summary>Starts a child; its exec has succeeded when this returns.</summary>
    /// <exception cref="PosixException">
    /// It can't be started, and nothing of it is left. Call and subject say what failed: <c>open</c> a file that it was to
    /// have, <c>chdir</c> to its directory, or <c>exec</c> the program.
    /// </exception>
    public static ChildProcess Start(SpawnRequest request)
    {
        using var arguments = new NativeStrings([request.ProgramPath, .. request.Arguments]);
        using var environment = new NativeStrings(request.Environment.Select(pair => $"{pair.Key}={pair.Value}"));
        using var sources = new LiftedDescriptors(request.Descriptors);
        using var attributes = new SpawnAttributes(request);
        using var actions = new SpawnFileActions(request, sources);
        CheckDirectory(request.WorkingDirectory);
        SignalDispositions.StopIgnoringChildren();
        var errno = Libc.posix_spawn(out var pid, arguments.First, actions.Pointer, attributes.Pointer, arguments.Pointer, environment.Pointer);
        if (errno != 0)
        {
            throw new PosixException("exec", NativeConvert.ToErrno(errno), Explain(request.ProgramPath, NativeConvert.ToErrno(errno)));
        }

        OpenFilesLimit.RestoreFor(pid);
        return ChildProcess.Keep(pid);
    }

    internal static void Check(string call, int errno)
    {
        if (errno != 0)
        {
            throw new PosixException(call, NativeConvert.ToErrno(errno));
        }
    }

    // posix_spawn answers ENOENT for a missing directory as for a missing program.
    private static void CheckDirectory(string? directory)
    {
        if (directory is null)
        {
            return;
        }

        if (Syscall.access(directory, AccessModes.X_OK) < 0)
        {
            throw new PosixException("chdir", Stdlib.GetLastError(), directory);
        }

        if (!Directory.Exists(directory))
        {
            throw new PosixException("chdir", Errno.ENOTDIR, directory);
        }
    }

    private static string Explain(string program, Errno errno) =>
        errno == Errno.ENOENT && File.Exists(program) ? $"{program} (the interpreter that it names)" : program;
}

using System.Globalization;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Replaces this process by another program (execve(2)): same pid, same parent, same terminal.</summary>
public static unsafe class ProgramImage
{
    private const int LastStandard = 2;
    private const int FD_CLOEXEC = 1;

    /// <summary>
    /// Doesn't return when it succeeds. The program gets what a spawned one gets too: default signal dispositions, an
    /// empty mask, and of our descriptors 0 to 2 alone, beside those listed.
    /// </summary>
    /// <exception cref="PosixException">It failed.</exception>
    public static void Replace(string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, IReadOnlyList<SpawnDescriptor> descriptors)
    {
        // Listed first: the listing has a descriptor of its own, which is closed by then.
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > LastStandard)
            {
                _ = Syscall.fcntl(number, FcntlCommand.F_SETFD, FD_CLOEXEC);
            }
        }

        // A copy is not close-on-exec.
        using var sources = new LiftedDescriptors(descriptors);
        foreach (var (target, source) in sources)
        {
            if (Syscall.dup2(source, target) < 0)
            {
                throw new PosixException("dup2", Stdlib.GetLastError(), $"descriptor {target}");
            }
        }

        OpenFilesLimit.RestoreFor(0);
        SignalDispositions.ResetForExec();
        using var argv = new NativeStrings([path, .. arguments]);
        using var envp = new NativeStrings(environment.Select(pair => $"{pair.Key}={pair.Value}"));
        _ = Libc.execve(argv.First, argv.Pointer, envp.Pointer);
        throw PosixException.OfLast("execve", path);
    }
}

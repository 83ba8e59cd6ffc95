using System.Collections;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// Copies of the descriptors that a child is to get, at numbers above all of their targets: so no dup2 overwrites a
/// source that a later one needs. They are close-on-exec, and closed here when the child runs.
/// </summary>
internal sealed class LiftedDescriptors : IDisposable, IEnumerable<(SpawnDescriptor Descriptor, int Source)>
{
    private const int Above = 64;
    private readonly List<(SpawnDescriptor, int)> _lifted = [];

    public LiftedDescriptors(IReadOnlyList<SpawnDescriptor> descriptors)
    {
        foreach (var descriptor in descriptors.Where(descriptor => descriptor.Source is not null))
        {
            var source = (int)descriptor.Source!.DangerousGetHandle();
            var copy = Libc.fcntl(source, Libc.F_DUPFD_CLOEXEC, Above);
            if (copy < 0)
            {
                var errno = PosixException.Last;
                Dispose();
                throw new PosixException("fcntl F_DUPFD_CLOEXEC", errno, $"descriptor {source}");
            }

            _lifted.Add((descriptor, copy));
        }
    }

    public IEnumerator<(SpawnDescriptor Descriptor, int Source)> GetEnumerator() => _lifted.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var (_, source) in _lifted)
        {
            _ = Syscall.close(source);
        }
    }
}

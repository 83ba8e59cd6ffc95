using System.Collections;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>
/// Copies of the descriptors that a child is to get, at numbers above all of their targets: so no dup2 overwrites a
/// source that a later one needs. They are close-on-exec, and closed here when the child runs.
/// </summary>
internal sealed class LiftedDescriptors : IDisposable, IEnumerable<(int Number, int Source)>
{
    private const int Above = 64;
    private readonly List<(int, int)> _lifted = [];

    public LiftedDescriptors(IReadOnlyList<SpawnDescriptor> descriptors)
    {
        try
        {
            foreach (var descriptor in descriptors)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(descriptor.Number, Above);
                _lifted.Add((descriptor.Number, Lift(descriptor)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IEnumerator<(int Number, int Source)> GetEnumerator() => _lifted.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var (_, source) in _lifted)
        {
            _ = Libc.close(source);
        }
    }

    // Files are opened here and not in the child, where their failure could not be told from that of the program.
    private static int Lift(SpawnDescriptor descriptor)
    {
        if (descriptor.Source is { } source)
        {
            return Copy((int)source.DangerousGetHandle());
        }

        var opened = Libc.open(descriptor.Path, descriptor.Flags | Libc.O_CLOEXEC, descriptor.Mode);
        if (opened < 0)
        {
            throw PosixException.OfLast("open", descriptor.Path);
        }

        try
        {
            return Copy(opened);
        }
        finally
        {
            _ = Libc.close(opened);
        }
    }

    private static int Copy(int source)
    {
        var copy = Libc.fcntl(source, Libc.F_DUPFD_CLOEXEC, Above);
        return copy >= 0 ? copy : throw PosixException.OfLast("fcntl F_DUPFD_CLOEXEC", $"descriptor {source}");
    }
}

using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>A bell that a poll(2) hears (eventfd(2)).</summary>
internal sealed class EventFd : IDisposable
{
    private const int EFD_CLOEXEC = Libc.O_CLOEXEC;
    private const int EFD_NONBLOCK = Libc.O_NONBLOCK;
    private readonly Lock _open = new();
    private bool _disposed;

    public EventFd()
    {
        Descriptor = Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (Descriptor < 0)
        {
            throw PosixException.OfLast("eventfd");
        }
    }

    public int Descriptor { get; }

    // EAGAIN: it has been rung 2^64 - 2 times, and is heard anyway. A signal handler that is late may come after Dispose,
    // when the number may be somebody else's.
    public void Ring()
    {
        var one = BitConverter.GetBytes(1UL);
        lock (_open)
        {
            if (!_disposed)
            {
                _ = Libc.write(Descriptor, ref MemoryMarshal.GetArrayDataReference(one), one.Length);
            }
        }
    }

    // Whether it had been rung.
    public bool Quiet()
    {
        var count = new byte[8];
        return Libc.read(Descriptor, ref MemoryMarshal.GetArrayDataReference(count), count.Length) == count.Length;
    }

    public void Dispose()
    {
        lock (_open)
        {
            _disposed = true;
            _ = Libc.close(Descriptor);
        }
    }
}

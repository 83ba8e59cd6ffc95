using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>A descriptor of a process (pidfd_open(2)): it never comes to mean another one.</summary>
public sealed unsafe class PidFd : SafeHandle
{
    private PidFd(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>Opens a process; null where there is none of that pid.</summary>
    /// <exception cref="PosixException">Out of descriptors.</exception>
    public static PidFd? TryOpen(int pid)
    {
        var descriptor = Libc.PidfdOpen(pid);
        if (descriptor >= 0)
        {
            return new PidFd(descriptor);
        }

        return PosixException.Last is Errno.ESRCH or Errno.EINVAL ? null : throw PosixException.OfLast("pidfd_open", $"pid {pid}");
    }

    /// <summary>Sends a signal; false where the process is gone, or another user's.</summary>
    public bool TrySendSignal(int signal) => Libc.PidfdSendSignal((int)handle, signal) == 0
        || (PosixException.Last is Errno.ESRCH or Errno.EPERM ? false : throw PosixException.OfLast("pidfd_send_signal"));

    /// <summary>Sends a signal; false where the process is gone.</summary>
    /// <exception cref="PosixException">EPERM: it is another user's.</exception>
    public bool SendSignal(int signal) => Libc.PidfdSendSignal((int)handle, signal) == 0
        || (PosixException.Last is Errno.ESRCH ? false : throw PosixException.OfLast("pidfd_send_signal", Signals.NameOf(signal)));

    /// <summary>Waits until the process ends; false when that took too long. A negative limit is none.</summary>
    public bool WaitForExit(TimeSpan limit) => Poll.UntilReadable((int)handle, limit);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}

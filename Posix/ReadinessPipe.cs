using System.Text;
using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Posix;

/// <summary>The daemon's end of the pipe on which its starter waits: up, or why not, said once.</summary>
public sealed class ReadinessPipe : IDisposable
{
    /// <summary>The number under which a daemon gets it.</summary>
    public const int Number = 3;

    private readonly SafeFileHandle _descriptor;

    private ReadinessPipe(SafeFileHandle descriptor) => _descriptor = descriptor;

    /// <summary>Takes over the descriptor of a daemon that was started with one.</summary>
    /// <exception cref="PosixException">There is none.</exception>
    public static ReadinessPipe Take() => new(InheritedDescriptor.Take(Number));

    /// <summary>Says that the daemon is up, and how.</summary>
    public void Ready(string text) => Say('R', text);

    /// <summary>Says why the daemon can't come up.</summary>
    public void Failed(string reason) => Say('E', reason);

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    // EPIPE: the starter gave up or was killed; the daemon goes on.
    private void Say(char kind, string text)
    {
        var message = Encoding.UTF8.GetBytes(kind + text);
        _ = Libc.write((int)_descriptor.DangerousGetHandle(), in message[0], message.Length);
        _descriptor.Dispose();
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>The end of a starter's pipe that stage 1 and the daemon have: whom stage 1 started; up, or why not, said once.</summary>
public sealed class ReadinessPipe : IDisposable
{
    /// <summary>The number under which they get it.</summary>
    public const int Number = 3;

    internal const char Up = 'R';
    internal const char Failure = 'E';
    internal const char Process = 'P';
    internal const char End = '\0';

    private readonly SafeFileHandle _descriptor;

    private ReadinessPipe(SafeFileHandle descriptor) => _descriptor = descriptor;

    internal SafeHandle Descriptor => _descriptor;

    /// <summary>Takes over the descriptor of a program that was started with one.</summary>
    /// <exception cref="PosixException">There is none.</exception>
    public static ReadinessPipe Take() => new(InheritedDescriptor.Take(Number));

    /// <summary>Says that the daemon is up, and how.</summary>
    public void Ready(string text) => SayLast(Up, text);

    /// <summary>Says why the daemon can't come up.</summary>
    public void Failed(string reason) => SayLast(Failure, reason);

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    /// <summary>Says which process the daemon is.</summary>
    internal void Started(ChildProcess daemon) => Say(Process, $"{daemon.Pid} {daemon.StartTime}");

    private void SayLast(char kind, string text)
    {
        Say(kind, text);
        _descriptor.Dispose();
    }

    private void Say(char kind, string text)
    {
        try
        {
            Descriptors.WriteAll((int)_descriptor.DangerousGetHandle(), Encoding.UTF8.GetBytes($"{kind}{text.Replace(End, '?')}{End}"), "readiness pipe");
        }
        catch (PosixException e) when (e.Errno == Errno.EPIPE)
        {
            // The starter gave up or was killed; the daemon goes on.
        }
    }
}

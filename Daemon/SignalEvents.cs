using System.Runtime.InteropServices;
using System.Threading.Channels;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>Turns signals into events; nothing else happens in a handler.</summary>
/// <remarks>TERM and INT stop, HUP reads the settings again, USR1 drains, USR2 hands over to the next daemon.</remarks>
internal sealed class SignalEvents : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations;

    public SignalEvents(ChannelWriter<DaemonEvent> events)
    {
        _registrations =
        [
            On(PosixSignal.SIGTERM, new DaemonEvent.StopRequested()),
            On(PosixSignal.SIGINT, new DaemonEvent.StopRequested()),
            On(PosixSignal.SIGHUP, new DaemonEvent.ReloadRequested()),
            On((PosixSignal)Signals.SIGUSR1, new DaemonEvent.DrainRequested()),
            On((PosixSignal)Signals.SIGUSR2, new DaemonEvent.HandOverRequested()),
        ];

        PosixSignalRegistration On(PosixSignal signal, DaemonEvent what) => PosixSignalRegistration.Create(signal, context =>
        {
            // Without this the signal's default action follows.
            context.Cancel = true;
            events.TryWrite(what);
        });
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}

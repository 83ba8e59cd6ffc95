using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>A post-process-admin that waits at its gate and does nothing before that opens; it ends where the gate is closed.</summary>
/// <param name="Child">Its process.</param>
/// <param name="Gate">Where its order is written.</param>
/// <param name="Lock">The lock that it inherited.</param>
internal sealed record WaitingChild(ChildProcess Child, GatePipe Gate, FileLock Lock)
{
    /// <summary>Starts one.</summary>
    /// <param name="reaper">Watches it.</param>
    /// <param name="program">Its program.</param>
    /// <param name="files">Where its lock and its output are.</param>
    /// <param name="arguments">What follows its verb.</param>
    /// <param name="tag">The variable of its environment that says whose it is.</param>
    /// <param name="more">Its descriptors besides gate, lock and output.</param>
    /// <exception cref="PosixException">It can't be spawned; nothing is left of it.</exception>
    /// <exception cref="IOException">Somebody holds the lock.</exception>
    public static WaitingChild Spawn(ChildReaper reaper, string program, JobFiles files, IReadOnlyList<string> arguments, KeyValuePair<string, string> tag, params IReadOnlyList<SpawnDescriptor> more)
    {
        var held = FileLock.TryAcquire(files.Lock, FileBits.OwnerOnly, TimeSpan.FromMilliseconds(200))
            ?? throw new IOException($"{files.Lock} is held: something of an earlier attempt still lives");
        GatePipe? gate = null;
        try
        {
            gate = GatePipe.Create();
            var child = reaper.Start(new SpawnRequest
            {
                ProgramPath = program,
                Arguments = ["run", .. arguments],
                Environment = EnvironmentOf(tag),
                WorkingDirectory = "/",
                NewSession = true,
                Descriptors =
                [
                    SpawnDescriptor.Inherit(JobFiles.GateDescriptor, gate.ReadEnd),
                    SpawnDescriptor.Inherit(JobFiles.LockDescriptor, held.Descriptor),
                    SpawnDescriptor.OpenAppend(1, files.Console, FileBits.OwnerOnly),
                    SpawnDescriptor.OpenAppend(2, files.Console, FileBits.OwnerOnly),
                    .. more,
                ],
            });
            gate.CloseReadEnd();
            return new(child, gate, held);
        }
        catch
        {
            gate?.Dispose();
            held.Dispose();
            throw;
        }
    }

    // Nothing of the broker.
    private static Dictionary<string, string> EnvironmentOf(KeyValuePair<string, string> tag) =>
        new(SettingsEnvironment.PassedOn(SettingsEnvironment.Current).Append(tag));
}

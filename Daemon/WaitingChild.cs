using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>A post-process-admin that waits at its gate and does nothing before that opens; it ends where the gate is closed.</summary>
/// <param name="Child">Its process.</param>
/// <param name="Gate">Where its order is written.</param>
/// <param name="Lock">The lock that it inherited.</param>
/// <param name="Up">What it closes when it has come up; null where nobody asks.</param>
internal sealed record WaitingChild(ChildProcess Child, GatePipe Gate, FileLock Lock, GatePipe? Up)
{
    /// <summary>Whether it has come up, or ended.</summary>
    public bool IsUp => Up!.WaitForOtherSide(TimeSpan.Zero);

    /// <summary>Starts one.</summary>
    /// <param name="reaper">Watches it.</param>
    /// <param name="program">Its program.</param>
    /// <param name="files">Where its lock and its output are.</param>
    /// <param name="arguments">What follows its verb.</param>
    /// <param name="tag">The variable of its environment that says whose it is.</param>
    /// <param name="saysWhenUp">Whether <see cref="IsUp"/> will be asked.</param>
    /// <exception cref="PosixException">It can't be spawned; nothing is left of it.</exception>
    /// <exception cref="IOException">Somebody holds the lock.</exception>
    public static WaitingChild Spawn(ChildReaper reaper, string program, JobFiles files, IReadOnlyList<string> arguments, KeyValuePair<string, string> tag, bool saysWhenUp = false)
    {
        var held = FileLock.TryAcquire(files.Lock, FileBits.OwnerOnly, TimeSpan.FromMilliseconds(200))
            ?? throw new IOException($"{files.Lock} is held: something of an earlier attempt still lives");
        GatePipe? gate = null, up = null;
        try
        {
            gate = GatePipe.Create();
            up = saysWhenUp ? GatePipe.Create() : null;
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
                    .. up is null ? [] : (SpawnDescriptor[])[SpawnDescriptor.Inherit(JobFiles.UpDescriptor, up.WriteEnd)],
                ],
            });
            gate.CloseReadEnd();
            up?.CloseWriteEnd();
            return new(child, gate, held, up);
        }
        catch
        {
            gate?.Dispose();
            up?.Dispose();
            held.Dispose();
            throw;
        }
    }

    // Nothing of the broker.
    private static Dictionary<string, string> EnvironmentOf(KeyValuePair<string, string> tag) =>
        new(SettingsEnvironment.PassedOn(SettingsEnvironment.Current).Append(tag));
}

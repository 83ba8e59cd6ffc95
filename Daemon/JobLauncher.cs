using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// Starts a job's post-process-admin behind a gate: it blocks on descriptor 3 until its record is durable, so a daemon
/// that dies in between has started nothing. Descriptor 4 is the job's lock.
/// </summary>
internal sealed class JobLauncher(string program, ChildReaper reaper)
{
    /// <summary>Spawns the job's process and hands back its gate; nothing runs before <see cref="Release"/>.</summary>
    /// <exception cref="PosixException">It can't be spawned.</exception>
    public GatePipe Spawn(Job job)
    {
        job.Lock = FileLock.TryAcquire(job.Files.Lock, FileBits.OwnerOnly, TimeSpan.FromMilliseconds(200))
            ?? throw new IOException($"{job.Files.Lock} is held: something of an earlier attempt still lives");
        var gate = GatePipe.Create();
        try
        {
            job.Child = reaper.Start(new SpawnRequest
            {
                ProgramPath = program,
                Arguments = ["run", "--job-directory", job.Files.Directory],
                Environment = EnvironmentOf(job),
                WorkingDirectory = "/",
                NewSession = true,
                Descriptors =
                [
                    SpawnDescriptor.Inherit(JobFiles.GateDescriptor, gate.ReadEnd),
                    SpawnDescriptor.Inherit(JobFiles.LockDescriptor, job.Lock.Descriptor),
                    SpawnDescriptor.OpenAppend(1, job.Files.Console, FileBits.OwnerOnly),
                    SpawnDescriptor.OpenAppend(2, job.Files.Console, FileBits.OwnerOnly),
                ],
            });
            gate.CloseReadEnd();
            return gate;
        }
        catch
        {
            gate.Dispose();
            job.Lock.Dispose();
            job.Lock = null;
            throw;
        }
    }

    /// <summary>Opens the gate: the job begins.</summary>
    public static void Release(GatePipe gate, Job job, Settings settings)
    {
        var order = new JobOrder
        {
            JobId = job.Id,
            JobDirectory = job.Files.Directory,
            MessageId = job.Record.MessageId,
            Attempt = job.Record.Attempt,
            Broker = settings.Broker,
            BrokerPassword = settings.BrokerPassword,
            Queues = settings.Queues,
            Reduction = settings.ReductionOf(job.Record.Instrument),
            KillGrace = settings.Daemon.KillGrace,
            LogFormat = settings.Daemon.LogFormat,
        };
        gate.WriteAll(JsonSerializer.SerializeToUtf8Bytes(order, ContractJson.Default.JobOrder));
    }

    private static Dictionary<string, string> EnvironmentOf(Job job)
    {
        // Nothing of the broker.
        var environment = SettingsEnvironment.PassedOn(SettingsEnvironment.Current);
        environment[JobFiles.TagVariable] = job.Id;
        return environment;
    }
}

using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// Starts a job's post-process-admin behind a gate: it blocks on descriptor 3 until its record is durable, so a daemon
/// that dies in between has started nothing. Descriptor 4 is the job's lock.
/// </summary>
internal sealed class JobLauncher(string program, ChildReaper reaper, Standby standby)
{
    /// <summary>Gives the job a process in its directory, which is made, and hands back its gate; nothing runs before <see cref="Release"/>.</summary>
    /// <exception cref="PosixException">It can't be spawned.</exception>
    public GatePipe Spawn(Job job)
    {
        if (!standby.TryTake(job.Files, out var waiting))
        {
            JobStore.CreateDirectory(job.Files);
            waiting = WaitingChild.Spawn(reaper, program, job.Files, ["--job-directory", job.Files.Directory], new(JobFiles.TagVariable, job.Id));
        }

        (job.Child, job.Lock) = (waiting.Child, waiting.Lock);
        return waiting.Gate;
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
}

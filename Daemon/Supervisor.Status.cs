using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>What the daemon tells of itself.</summary>
internal sealed partial class Supervisor
{
    private DaemonStatus Status() => new()
    {
        Pid = Environment.ProcessId,
        Version = Program.Version,
        Host = Environment.MachineName,
        Since = _since,
        State = IsStopping ? "stopping" : "running",
        Connected = _connection is not null,
        Broker = _brokerText,
        Running = AliveCount,
        Waiting = _queue.Waiting.Count,
        MaxJobs = _queue.MaxJobs,
        Last = _last,
        Problems = [.. Problems()],
    };

    private IEnumerable<string> Problems()
    {
        if (_stateProblem is { } problem)
        {
            yield return $"state directory can't be written: {problem}";
        }

        foreach (var job in _jobs.Values.Where(job => job.Record.State == JobState.Reporting && job.Delivery is null))
        {
            yield return $"{job}: outcome not published yet";
        }
    }

    private IReadOnlyList<JobRecord> Records() => [.. _jobs.Values.Select(job => job.Record).OrderBy(record => record.Received)];
}

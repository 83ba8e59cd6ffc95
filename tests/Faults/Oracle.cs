using System.Globalization;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// Checks after an experiment what must hold whatever happened. It believes the jobs' own log, the kernel and the broker;
/// of the programs under test only their records, and those must agree.
/// </summary>
internal sealed class Oracle(FaultRig rig)
{
    private readonly List<string> _complaints = [];

    /// <summary>Waits until all is quiet and looks: what is wrong, each with the number of its invariant.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync(CancellationToken token)
    {
        await QuietAsync(token);
        rig.Listen();
        foreach (var (_, run) in rig.Submitted)
        {
            var told = rig.Terminal.Count(outcome => outcome.Run == run);
            Check(told == 1, $"I1 run {run} has {told} outcomes");
            Check(rig.Told.Count(status => status.Queue == "Started" && status.Run == run) <= 1, $"I1 run {run} was announced twice");
        }

        CheckJobs();
        CheckRecords();
        await CheckProcessesAsync(token);
        var (status, _) = await rig.CtlAsync("status", token);
        Check(status == 0 == FileLock.IsHeld(rig.LockFile), $"I6 status answers {status}");
        Check(status == 0, "I7 the daemon is dead");
        var stopped = await rig.CtlAsync("stop", token);
        Check(stopped.Code == 0, $"I7 stop: {stopped.Said}");
        Check(await rig.CountAsync(rig.Pending, token) is var left && left == 0, $"I1 {left} messages are on the queue");
        return _complaints;
    }

    // The last acknowledgements follow the last outcomes.
    private async Task QuietAsync(CancellationToken token)
    {
        // Cancelled by: the test's time limit; the time that the last words may take.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(ActiveMutant.Patience);
        try
        {
            await FaultRig.Until(() => Records().All(record => record.State == JobState.Finished), patience.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            Check(false, $"I1 not finished: {string.Join(", ", Records().Where(record => record.State != JobState.Finished).Select(record => $"{record} is {record.State}"))}");
        }
    }

    private void CheckJobs()
    {
        var starts = rig.ChaosLog().Where(line => (string)line["what"]! == "start").ToList();
        foreach (var start in starts)
        {
            Check((bool)start["alone"]!, $"I2 run {start["run"]} was started beside another one of RB {start["rb"]}");
            Check((int)start["live"]! <= rig.MaxJobs, $"I3 {start["live"]} jobs lived at once");
        }

        foreach (var experiment in starts.GroupBy(start => (long)start["rb"]!))
        {
            var order = experiment.Select(start => (long)start["run"]!).Distinct().ToList();
            var meant = rig.Submitted.Where(run => run.Rb == experiment.Key && order.Contains(run.Run)).Select(run => run.Run);
            Check(order.SequenceEqual(meant), $"I2 runs of RB {experiment.Key} came in the order {string.Join(", ", order)}");
        }

        // A run that came to its end is never begun again.
        foreach (var run in rig.ChaosLog().GroupBy(line => (long)line["run"]!))
        {
            Check(run.Last() is var last && run.Count(line => (string)line["what"]! == "end") <= 1, $"I2 run {run.Key} was reduced to its end twice");
        }
    }

    private void CheckRecords()
    {
        foreach (var record in Records())
        {
            var files = new JobFiles(Path.Combine(rig.State, "jobs", record.Id));
            Check(record.Result is not null && File.Exists(files.Outcome), $"I5 {record} is acknowledged without an outcome");
            Check(record.Result != JobResult.Complete || Directory.Exists($"{rig.Root}/results/{record.RbNumber}/{record.Run}"), $"I5 {record} is Complete without results");
        }
    }

    private async Task CheckProcessesAsync(CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(ActiveMutant.Patience);
        try
        {
            await FaultRig.Until(() => !Directory.EnumerateFileSystemEntries($"{rig.Root}/tmp").Any() && Processes().Count == 0, patience.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            Check(Processes().Count == 0, $"I4 left processes: {string.Join(", ", Processes())}");
            Check(!Directory.EnumerateFileSystemEntries($"{rig.Root}/tmp").Any(), "I4 left in temporary_directory");
        }

        var held = Directory.GetFiles($"{rig.Root}/locks").Concat(Directory.GetFiles($"{rig.State}/jobs", "lock", SearchOption.AllDirectories)).Where(FileLock.IsHeld);
        Check(!held.Any(), $"I4 locks are held: {string.Join(", ", held)}");
    }

    // Whatever carries a tag of this experiment's jobs, and whatever is below the daemon.
    private List<string> Processes()
    {
        var seen = ProcessSnapshot.Take();
        var below = FileLock.OwnerOf(rig.LockFile) is { } daemon ? seen.TreesOf([daemon]).Where(pid => pid != daemon) : [];
        return [.. below.Union(rig.Tagged()).Select(pid => pid.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>What is wrong with the records on disk, while no daemon can put them right.</summary>
    public IReadOnlyList<string> UnreadableRecords()
    {
        _ = Records();
        return _complaints;
    }

    /// <summary>The records on disk. One that can't be read is a complaint.</summary>
    public IReadOnlyList<JobRecord> Records()
    {
        var records = new List<JobRecord>();
        foreach (var path in Directory.GetFiles($"{rig.State}/jobs", "record.json", SearchOption.AllDirectories))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize(File.ReadAllBytes(path), ContractJson.Default.JobRecord)!);
            }
            catch (Exception e) when (e is JsonException or IOException)
            {
                Check(false, $"I8 {path}: {e.Message}");
            }
        }

        return records;
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds && !_complaints.Contains(otherwise))
        {
            _complaints.Add(otherwise);
        }
    }
}

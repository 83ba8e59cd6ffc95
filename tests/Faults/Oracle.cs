using System.Globalization;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// Checks after an experiment what must hold whatever happened. It believes the jobs' own log, the kernel and the broker;
/// of the programs under test only their records, and those must agree.
/// </summary>
internal sealed class Oracle(FaultRig rig)
{
    private readonly List<string> _complaints = [];

    /// <summary>Whether brokers died: where a receipt was cut off, what was told is told again.</summary>
    public bool MayBeToldTwice { get; init; }

    /// <summary>
    /// How many runs may come to their end twice: where a post-process-admin that outlived its daemon was killed between the
    /// end of its script and the record of its outcome, nobody knows that the run was over, and it is reduced again.
    /// </summary>
    public int MayBeReducedTwice { get; init; }

    /// <summary>Waits until all is quiet and looks: what is wrong, each with the number of its invariant.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync(CancellationToken token)
    {
        await QuietAsync(token);
        await rig.ListenAsync(token);
        foreach (var (_, run) in rig.Submitted)
        {
            var told = rig.Terminal.Count(outcome => outcome.Run == run);
            Check(told == 1 || (told == 2 && MayBeToldTwice), () => $"I1 run {run} has {told} outcomes{LogsOf(run)}");
            Check(MayBeToldTwice || rig.Told.Count(status => status.Queue == "Started" && status.Run == run) <= 1, $"I1 run {run} was announced twice");
        }

        CheckJobs();
        CheckRecords();
        CheckLogs();
        await CheckLeftAsync(token);
        await CheckStopAsync(token);
        Check(await rig.CountAsync(rig.Pending, token) is var left && left == 0, $"I1 {left} messages are on the queue");
        return _complaints;
    }

    /// <summary>For experiments whose jobs are stand-ins: what is left of them, and how the daemon rests and ends.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken token)
    {
        await QuietAsync(token);
        await CheckLeftAsync(token);
        await CheckStopAsync(token);
        return _complaints;
    }

    // The last acknowledgements follow the last outcomes.
    private async Task QuietAsync(CancellationToken token)
    {
        await CheckSoonAsync(() => Unfinished().Count == 0, () => $"I1 not finished: {string.Join(", ", Unfinished().Select(record => $"{record} is {record.State}"))}", token);
    }

    private IReadOnlyList<JobRecord> Unfinished() => [.. Records().Where(record => record.State != JobState.Finished)];

    // Enough to find the cause of what happens once in a hundred times.
    private string LogsOf(long run)
    {
        var logs = Records().Where(record => record.Run == $"{run}")
            .Select(record => new JobFiles(Path.Combine(rig.State, "jobs", record.Id)).AdminLog)
            .Prepend(rig.Log).Where(File.Exists);
        return string.Concat(logs.Select(log => $"\n{log}:\n{File.ReadAllText(log)}"));
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

            // Run numbers begin with 1.
            var early = order.Zip(meant).FirstOrDefault(pair => pair.First != pair.Second).First;
            Check(early == 0, () => $"I2 runs of RB {experiment.Key} came in the order {string.Join(", ", order)}{LogsOf(early)}");
        }

        // A run that came to its end is never begun again.
        var repeated = rig.ChaosLog().Where(line => (string)line["what"]! == "end").GroupBy(line => (long)line["run"]!)
            .Where(ends => ends.Count() > 1).Select(ends => ends.Key).ToList();
        Check(repeated.Count <= MayBeReducedTwice, $"I2 reduced to their end twice: runs {string.Join(", ", repeated)}{string.Concat(repeated.Take(1).Select(LogsOf))}");
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

    private void CheckLogs()
    {
        foreach (var (queue, run, _, log) in rig.Terminal.Where(told => told.Queue == "Complete"))
        {
            Check(log?.TrimEnd().EndsWith($"last line of run {run}", StringComparison.Ordinal) == true, $"I8 the log of run {run} ends before its end");
        }

        foreach (var path in Directory.GetFiles($"{rig.State}/jobs", Path.GetFileName(new JobFiles("").AdminLog), SearchOption.AllDirectories))
        {
            Check(File.ReadAllText(path) is "" or [.., '\n'], $"I8 {path} ends within a line");
        }
    }

    // No cgroup is looked for: the programs make none.
    private async Task CheckLeftAsync(CancellationToken token)
    {
        await CheckSoonAsync(() => Processes().Count == 0, () => $"I4 left processes: {string.Join(", ", Processes())}", token);
        await CheckSoonAsync(() => !Directory.EnumerateFileSystemEntries($"{rig.Root}/tmp").Any(), () => "I4 left in temporary_directory", token);
        if (FileLock.OwnerOf(rig.LockFile) is { } daemon)
        {
            await CheckSoonAsync(() => Leaked(daemon).Count == 0, () => $"I4 left descriptors: {string.Join(", ", Leaked(daemon))}", token);
            await WaitAsync(patience => IdleDaemon.RestsAsync(daemon, patience), () => "I7 the daemon takes more than 5 % of a processor while it has nothing to do", token);
        }

        var held = Directory.GetFiles($"{rig.Root}/locks").Concat(Directory.GetFiles($"{rig.State}/jobs", "lock", SearchOption.AllDirectories)).Where(FileLock.IsHeld);
        Check(!held.Any(), $"I4 locks are held: {string.Join(", ", held)}");
    }

    private IReadOnlyList<string> Leaked(int daemon) => rig.DescriptorsAtStart is { } before ? IdleDaemon.Leaked(before, daemon) : [];

    private async Task CheckStopAsync(CancellationToken token)
    {
        var (status, _) = await rig.CtlAsync("status", token);
        Check(status == 0 == FileLock.IsHeld(rig.LockFile), $"I6 status answers {status}");
        Check(status == 0, "I7 the daemon is dead");
        var stopped = await rig.CtlAsync("stop", token);
        Check(stopped.Code == 0, $"I7 stop: {stopped.Said}");
        Check(!FileLock.IsHeld(rig.LockFile) && !File.Exists(rig.PidFile), "I6 lock or pid file are left by a stop");
    }

    private Task CheckSoonAsync(Func<bool> holds, Func<string> otherwise, CancellationToken token) =>
        WaitAsync(patience => FaultRig.Until(holds, patience), otherwise, token);

    // What takes longer than patience lasts is a complaint.
    private async Task WaitAsync(Func<CancellationToken, Task> what, Func<string> otherwise, CancellationToken token)
    {
        // Cancelled by: the test's time limit; the end of patience.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(ActiveMutant.Patience);
        try
        {
            await what(patience.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            Check(false, otherwise());
        }
    }

    // Whatever carries a tag of this experiment's jobs, and whatever is below the daemon but what waits for the next job.
    private List<string> Processes()
    {
        var seen = ProcessSnapshot.Take();
        var below = FileLock.OwnerOf(rig.LockFile) is { } daemon
            ? seen.TreesOf([daemon]).Except(StandbyProcess.Of(daemon, rig.State) is { } waits ? seen.TreesOf([waits]) : []).Except([daemon])
            : [];
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

    // Reading logs takes long; of thousands of runs few are complained of.
    private void Check(bool holds, Func<string> otherwise)
    {
        if (!holds)
        {
            Check(false, otherwise());
        }
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds && !_complaints.Contains(otherwise))
        {
            _complaints.Add(otherwise);
        }
    }
}

using Autoreduction.Posix;
using Autoreduction.Stomp;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// A facility whose scripts wait for a word and write down, by themselves, when they began and ended: what became of the
/// runs is told by them, by the broker's queues and by /proc, and not by the programs under test.
/// </summary>
internal sealed class BrokerExperiment(Facility facility) : IAsyncDisposable
{
    public const int SIGSTOP = 19;

    public Facility Facility => facility;

    private string Ran => Path.Combine(facility.Root, "ran.log");

    private string Word => Path.Combine(facility.Root, "go");

    /// <summary>Starts the daemon of a facility that is set up.</summary>
    public static async Task<BrokerExperiment> StartAsync(Facility facility, CancellationToken token)
    {
        var (code, said) = await facility.CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
        return new BrokerExperiment(facility);
    }

    /// <summary>Submits one run each of RB 1, 2, …; each waits for <see cref="Go"/>.</summary>
    public async Task SubmitAsync(int count, CancellationToken token)
    {
        for (var run = 1; run <= count; run++)
        {
            await facility.SubmitAsync(run, run, ScriptOf(run), token);
        }
    }

    /// <summary>A script that writes down when it begins and ends, and waits for <see cref="Go"/> in between.</summary>
    public string ScriptOf(int run) => $"""
        import os, time
        def note(word):
            log = os.open('{Ran}', os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(log, (word + ' {run}\n').encode())
            os.close(log)
        def main(input_file, output_dir):
            note('begin')
            while not os.path.exists('{Word}'):
                time.sleep(0.05)
            note('end')
        """;

    /// <summary>Lets the scripts end.</summary>
    public void Go() => File.WriteAllText(Word, "");

    /// <summary>Waits until so many scripts have begun, or ended.</summary>
    public Task UntilAsync(string word, int count, CancellationToken token) => UntilAsync(() => Noted(word).Count >= count, token);

    public static async Task UntilAsync(Func<bool> condition, CancellationToken token)
    {
        while (!condition())
        {
            await Task.Delay(50, token);
        }
    }

    /// <summary>Sends the broker a signal.</summary>
    public void SignalBroker(int signal)
    {
        using var process = PidFd.TryOpen(facility.Broker.Pid);
        process!.TrySendSignal(signal);
    }

    /// <summary>How many sockets a process has open.</summary>
    public static int SocketsOf(int pid) =>
        Directory.GetFileSystemEntries($"/proc/{pid}/fd").Count(path => new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>Waits for the outcomes, then checks that each run was executed once and told once, and that the broker holds nothing more.</summary>
    public async Task EndAsync(int runs, CancellationToken token)
    {
        await facility.ListenUntilAsync(f => f.Terminal.Count >= runs, token);
        Assert.That(facility.Terminal.Select(told => $"{told.Queue} {told.Body["run_number"]}"), Is.EquivalentTo(Enumerable.Range(1, runs).Select(run => $"Complete {run}")));
        Assert.That(Noted("begin"), Is.EquivalentTo(Enumerable.Range(1, runs)), "each script ran once");
        Assert.That(Noted("end"), Is.EquivalentTo(Enumerable.Range(1, runs)));

        await UntilAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(facility.Root, "tmp")).Any(), token);
        await UntilAsync(() => Directory.GetFiles(Path.Combine(facility.Root, "state"), "record.json", SearchOption.AllDirectories).Count(IsFinished) == runs, token);
        await PendingIsUnusedAsync(facility, token);
        Assert.That(facility.Terminal, Has.Count.EqualTo(runs), "each run was told once");
    }

    /// <summary>Stops the daemon, and checks that it left no message unacknowledged.</summary>
    public static async Task PendingIsUnusedAsync(Facility facility, CancellationToken token)
    {
        // A message of our own comes first where no other is left.
        Assert.That((await facility.CtlAsync(token, "stop")).Code, Is.Zero);
        await facility.ReconnectAsync(token);
        await facility.SendAsync("marker"u8.ToArray(), token);
        await using var connection = await StompConnection.ConnectAsync(new("127.0.0.1", facility.Broker.Port, false), new(), token);
        await connection.SubscribeAsync("pending", "/queue/ReductionPending", StompAckMode.ClientIndividual, [], token);
        var first = await connection.Messages.ReadAsync(token);
        Assert.That(first.Body.Span.SequenceEqual("marker"u8), Is.True, "a message was left unacknowledged");
        await connection.AckAsync(first, null, withReceipt: true, token);

        // And one of ours comes first on the status queues: nothing was told twice.
        await facility.DrainAsync(token);
    }

    public ValueTask DisposeAsync() => facility.DisposeAsync();

    /// <summary>Whether a record says that nothing more is to be done.</summary>
    public static bool IsFinished(string recordPath) => File.ReadAllText(recordPath).Contains("\"Finished\"", StringComparison.Ordinal);

    private IReadOnlyList<int> Noted(string word) => File.Exists(Ran)
        ? [.. File.ReadAllLines(Ran).Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[1]))]
        : [];
}

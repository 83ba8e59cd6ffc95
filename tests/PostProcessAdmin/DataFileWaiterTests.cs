using System.Diagnostics;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DataFileWaiterTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("data-test-").FullName;

    private string DataPath => Path.Combine(_root, "run.nxs");

    [Test]
    public async Task A_file_that_is_quiet_is_ready_at_once_also_behind_a_link()
    {
        Write(age: TimeSpan.FromSeconds(3));
        File.CreateSymbolicLink(Path.Combine(_root, "link"), DataPath);

        await DataFileWaiter.WaitAsync(DataPath, TimeSpan.Zero, CancellationToken.None);
        await DataFileWaiter.WaitAsync(Path.Combine(_root, "link"), TimeSpan.Zero, CancellationToken.None);
    }

    [TestCase(0)]
    [TestCase(-3600)]
    [CancelAfter(30_000)]
    public async Task A_file_of_now_or_of_a_clock_that_is_ahead_is_ready_when_its_size_stayed(int ageSeconds, CancellationToken token)
    {
        Write(TimeSpan.FromSeconds(ageSeconds));
        var began = Stopwatch.GetTimestamp();

        await DataFileWaiter.WaitAsync(DataPath, TimeSpan.FromSeconds(20), token);

        Assert.That(Stopwatch.GetElapsedTime(began).TotalSeconds, Is.InRange(1.5, 10));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_file_that_comes_late_is_waited_for(CancellationToken token)
    {
        var waiting = DataFileWaiter.WaitAsync(DataPath, TimeSpan.FromSeconds(20), token);

        Assert.That(waiting.IsCompleted, Is.False);
        Write(age: TimeSpan.FromSeconds(3));
        await waiting;
    }

    [Test]
    public void A_file_that_is_being_written_is_a_problem_when_the_time_is_over()
    {
        Write(age: TimeSpan.Zero);

        Assert.That(Problem(DataPath), Is.EqualTo($"Problem reading datafile: {DataPath} (it is still being written; waited 0 s)"));
    }

    [Test]
    public void A_directory_a_fifo_and_a_link_to_nothing_are_problems()
    {
        using var mkfifo = Process.Start("/usr/bin/mkfifo", Path.Combine(_root, "fifo"));
        mkfifo.WaitForExit();
        File.CreateSymbolicLink(Path.Combine(_root, "dangling"), "nothing");

        Assert.That(Problem(_root), Is.EqualTo($"Problem reading datafile: {_root} (it is a directory)"));
        Assert.That(Problem(Path.Combine(_root, "fifo")), Does.EndWith("(it is no regular file)"));
        Assert.That(Problem(Path.Combine(_root, "dangling")), Does.Contain("there is no such file"));
        Assert.That(Problem(Path.Combine(_root, "no/such/path")), Does.Contain("there is no such file"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Problem(string path) =>
        Assert.ThrowsAsync<RunFailedException>(() => DataFileWaiter.WaitAsync(path, TimeSpan.Zero, CancellationToken.None))!.Message;

    private void Write(TimeSpan age)
    {
        var written = DataPath + ".tmp";
        File.WriteAllText(written, "data");
        File.SetLastWriteTimeUtc(written, DateTime.UtcNow - age);
        File.Move(written, DataPath);
    }
}
